//! Bodies that cross the wire no faster than the peer wants: each has an end, whatever the peer does.
//!
//! While a peer does not read, HTTP/2 does not ask for the answer's next frame, so nothing in the answer itself would ever
//! notice. A loop looks at all answers instead, and drops the content of those whose last frame has been under way for too
//! long: what produces it, its database connection and its place among the open calls are free again.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use http_body::{Frame, SizeHint};
use rollcall_terms::Refusal;
use tokio::time::{Instant, Sleep, interval, sleep};
use tokio_util::sync::CancellationToken;
use tonic::{Status, body::Body};

use super::{open_call::OpenCall, reason};
use crate::{sentences, status::ApiError};

type Data = <Body as http_body::Body>::Data;

/// Time in which a request that is one message must arrive.
const ARRIVAL: Duration = Duration::from_secs(30);

/// The answers that are being sent.
#[derive(Debug)]
pub(super) struct Answers {
    limit: Duration,
    next: AtomicU64,
    sent: Mutex<HashMap<u64, Arc<Sent>>>,
}

/// An answer, as the connection that sends it and the loop share it.
#[derive(Debug, Default)]
struct Sent(Mutex<State>);

#[derive(Debug, Default)]
enum State {
    /// Its content is still being produced. Since that moment the peer has had a frame to read.
    Open {
        body: Body,
        call: OpenCall,
        waiting: Option<Instant>,
    },
    /// The peer did not read it.
    CutOff,
    #[default]
    Ended,
}

impl Answers {
    pub(super) fn new(limit: Duration) -> Self {
        Self {
            limit,
            next: AtomicU64::new(0),
            sent: Mutex::default(),
        }
    }

    /// The same body, looked after.
    pub(super) fn watch(self: &Arc<Self>, body: Body, call: OpenCall) -> Body {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let sent = Arc::new(Sent(Mutex::new(State::Open {
            body,
            call,
            waiting: Some(Instant::now()),
        })));
        self.lock().insert(id, Arc::clone(&sent));
        Body::new(Watched {
            id,
            sent,
            answers: Arc::clone(self),
        })
    }

    /// Looks at all answers repeatedly, until the server has ended.
    pub(super) async fn look(self: Arc<Self>, ended: CancellationToken) {
        let mut ticks = interval((self.limit / 4).max(Duration::from_millis(100)));
        while ended.run_until_cancelled(ticks.tick()).await.is_some() {
            self.cut_off();
        }
    }

    fn cut_off(&self) {
        let sent: Vec<_> = self.lock().values().cloned().collect();
        let now = Instant::now();
        for sent in sent {
            let mut state = sent.0.lock().unwrap_or_else(PoisonError::into_inner);
            let is_stalled =
                matches!(&*state, State::Open { waiting: Some(since), .. } if now - *since > self.limit);
            let cut = is_stalled.then(|| std::mem::replace(&mut *state, State::CutOff));
            drop(state);
            if let Some(State::Open { body, mut call, .. }) = cut {
                call.cut_off();
                drop((body, call));
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Arc<Sent>>> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Watched {
    id: u64,
    sent: Arc<Sent>,
    answers: Arc<Answers>,
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.answers.lock().remove(&self.id);
    }
}

impl Watched {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.sent.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl http_body::Body for Watched {
    type Data = Data;
    type Error = Status;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Data>, Status>>> {
        let mut state = self.state();
        match &mut *state {
            State::Open { body, call, waiting } => {
                let polled = call.in_span(|| {
                    let polled = Pin::new(body).poll_frame(context);
                    polled.map(|frame| reason::of_frame(frame, call.is_watch()))
                });
                *waiting = polled.is_ready().then(Instant::now);
                if let Poll::Ready(frame) = &polled {
                    call.observe(frame.as_ref().and_then(|frame| frame.as_ref().ok()));
                }
                polled
            }
            // The caller reads again after all: it learns why there is no more.
            State::CutOff => {
                *state = State::Ended;
                let status = Status::from(ApiError::new(Refusal::AnswerNotRead, sentences::ANSWER_NOT_READ));
                let mut trailers = http::HeaderMap::new();
                let added = status.add_header(&mut trailers);
                Poll::Ready(Some(added.map(|()| Frame::trailers(trailers))))
            }
            State::Ended => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &*self.state() {
            State::Open { body, .. } => body.is_end_stream(),
            State::CutOff => false,
            State::Ended => true,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &*self.state() {
            State::Open { body, .. } => body.size_hint(),
            State::CutOff | State::Ended => SizeHint::default(),
        }
    }
}

/// A request that must have arrived in time.
pub(super) struct Arriving {
    body: Body,
    timer: Pin<Box<Sleep>>,
}

impl Arriving {
    pub(super) fn wrap(body: Body) -> Body {
        if http_body::Body::is_end_stream(&body) {
            return body;
        }
        Body::new(Self {
            body,
            timer: Box::pin(sleep(ARRIVAL)),
        })
    }
}

impl http_body::Body for Arriving {
    type Data = Data;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Data>, Status>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            return Poll::Ready(frame);
        }
        let late = || ApiError::new(Refusal::RequestLate, sentences::request_late(ARRIVAL)).into();
        self.timer.as_mut().poll(context).map(|()| Some(Err(late())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
