//! A run's verdicts as CSV: RFC 4180, UTF-8 with a byte order mark, CRLF, a header line.
//!
//! The rows come from one cursor of one transaction, so the file shows one point of view however long its reader
//! takes, and memory holds one batch of rows and one chunk. A reader that stalls is cut off by the database, which
//! ends transactions that idle. Exports share only a part of the connections, so that they never starve other calls.

mod cell;

use std::{collections::VecDeque, time::Duration};

use futures::{Stream, stream};
use rollcall_chassis::{
    audit::{Act, Record},
    grpc::{Caller, Share, Shares},
    pg::whole,
    status::ApiError,
};
use rollcall_domain::{RunId, TenantId, sentences::refusal};
use rollcall_proto::v1::{ExportCsvResponse, Row};
use rollcall_terms::{Refusal, audit::Details};
use tonic::Status;

use crate::{
    run_key::RunKey,
    store::{RowCursor, RowFilter, Store},
};

/// A chunk is sent once it is as large as this.
const CHUNK_BYTES: usize = 64 * 1024;
/// Time that an export waits for its turn.
const TURN: Duration = Duration::from_secs(10);

/// Exports under way, within bounds.
#[derive(Debug)]
pub(crate) struct Exports {
    store: Store,
    turns: Shares,
}

impl Exports {
    /// Leaves at least half of the connections to other calls, and of the rest some to other callers.
    pub(crate) fn new(store: Store, connections: usize) -> Self {
        let turns = connections / 2;
        Self {
            store,
            turns: Shares::new(turns, turns * 3 / 4),
        }
    }

    /// Begins the export of a run that SUCCEEDED or is HELD. It is recorded before the first row is sent.
    pub(crate) async fn begin(
        &self,
        act: &Act,
        caller: Caller,
        run: &RunKey,
        filter: &RowFilter,
    ) -> Result<impl Stream<Item = Result<ExportCsvResponse, Status>> + Send + use<>, Status> {
        let turn = tokio::time::timeout(TURN, self.turns.take(caller)).await;
        let busy = |_| ApiError::new(Refusal::ExportsBusy, refusal::EXPORTS_BUSY);
        let turn = turn.map_err(busy)??;
        let rows = self.store.open_rows(run, filter).await?;
        self.store.record(record(act, run, filter)).await?;
        let export = Export {
            rows: Some(rows),
            batch: VecDeque::new(),
            is_begun: false,
            _turn: turn,
        };
        Ok(stream::try_unfold(export, |mut export| async move {
            let data = export.chunk().await.map_err(Status::from)?;
            Ok(data.map(|data| (ExportCsvResponse { data }, export)))
        }))
    }
}

fn record(act: &Act, run: &RunKey, filter: &RowFilter) -> Record {
    let verdicts = filter.verdicts.iter().flatten().copied();
    let record = Record::of(act)
        .run(RunId::from_uuid(run.run_id))
        .details(Details::default().listed("verdicts", verdicts));
    match TenantId::parse(&run.tenant_id) {
        Ok(tenant) => record.tenant(&tenant),
        Err(_) => record,
    }
}

/// One export.
struct Export {
    /// None once all rows are read.
    rows: Option<RowCursor>,
    batch: VecDeque<Row>,
    /// The beginning of the file is written.
    is_begun: bool,
    _turn: Share,
}

impl Export {
    /// The next chunk of whole lines; none at the end.
    async fn chunk(&mut self) -> Result<Option<Vec<u8>>, ApiError> {
        let mut lines = if std::mem::replace(&mut self.is_begun, true) {
            cell::Lines::new()
        } else {
            cell::Lines::first()?
        };
        while lines.len() < CHUNK_BYTES {
            match self.next_row().await? {
                Some(row) => lines.row(&row)?,
                None => break,
            }
        }
        let data = lines.finish()?;
        Ok((!data.is_empty()).then_some(data))
    }

    async fn next_row(&mut self) -> Result<Option<Row>, ApiError> {
        if self.batch.is_empty()
            && let Some(mut rows) = self.rows.take()
        {
            // The client may go away at any moment.
            let (batch, rows) = whole(async move { (rows.next().await, rows) }).await;
            self.batch = batch?.into();
            self.rows = Some(rows).filter(|_| !self.batch.is_empty());
        }
        Ok(self.batch.pop_front())
    }
}
