//! A configuration that follows its files.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use zeroize::Zeroizing;

use crate::InUse;

/// The reason why files are not used.
pub type Fault = Arc<dyn std::error::Error + Send + Sync>;

/// The files that a configuration is made of.
pub trait Source: Send + Sync + 'static {
    /// The configuration.
    type Config: Send + Sync + 'static;
    /// The reason why the files make none.
    type Error: std::error::Error + Send + Sync + 'static;

    /// The content of each file.
    fn read(&self) -> Result<Vec<Zeroizing<Vec<u8>>>, Self::Error>;

    /// The configuration of these contents.
    fn build(&self, contents: &[Zeroizing<Vec<u8>>]) -> Result<Loaded<Self::Config>, Self::Error>;
}

/// A configuration that was read well.
#[derive(Debug)]
pub struct Loaded<C> {
    /// The configuration.
    pub config: Arc<C>,
    /// The certificates in it.
    pub in_use: Vec<InUse>,
}

/// Holds the configuration that was last read well. Clones of the `Arc` around it see the same one.
pub struct Reloading<S: Source> {
    source: S,
    state: Mutex<State<S::Config>>,
    /// The content of each file that `state` is made of. Locked while files are read, which new connections never wait for.
    contents: Mutex<Vec<Zeroizing<Vec<u8>>>>,
}

struct State<C> {
    loaded: Loaded<C>,
    renewals: u64,
    /// The files hold something else now, which cannot be used.
    fault: Option<Fault>,
}

impl<S: Source> fmt::Debug for Reloading<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reloading")
            .field("in_use", &self.state().loaded.in_use)
            .finish_non_exhaustive()
    }
}

impl<S: Source> Reloading<S> {
    /// Reads the files for the first time.
    pub fn new(source: S) -> Result<Self, S::Error> {
        let contents = source.read()?;
        let loaded = source.build(&contents)?;
        let state = Mutex::new(State {
            loaded,
            renewals: 0,
            fault: None,
        });
        let contents = Mutex::new(contents);
        Ok(Self {
            source,
            state,
            contents,
        })
    }

    /// The configuration for a new connection.
    pub fn current(&self) -> Arc<S::Config> {
        Arc::clone(&self.state().loaded.config)
    }

    fn state(&self) -> MutexGuard<'_, State<S::Config>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The new configuration with its contents; `None` if the files are as they were.
    fn renewed(&self, known: &[Zeroizing<Vec<u8>>]) -> Result<Option<Renewed<S::Config>>, S::Error> {
        let contents = self.source.read()?;
        if contents == known {
            return Ok(None);
        }
        let loaded = self.source.build(&contents)?;
        Ok(Some((loaded, contents)))
    }
}

type Renewed<C> = (Loaded<C>, Vec<Zeroizing<Vec<u8>>>);

/// Files that are watched, whatever they make.
pub trait Watched: Send + Sync {
    /// Looks at the files, and takes what they hold now if it can be used.
    fn refresh(&self);

    /// Times that other files were taken.
    fn renewals(&self) -> u64;

    /// The reason why the present files are not used; `None` if they are.
    fn fault(&self) -> Option<Fault>;

    /// The certificates that are used.
    fn in_use(&self) -> Vec<InUse>;
}

impl<S: Source> Watched for Reloading<S> {
    fn refresh(&self) {
        let mut contents = self.contents.lock().unwrap_or_else(PoisonError::into_inner);
        let renewed = self.renewed(&contents);
        let mut state = self.state();
        match renewed {
            Ok(renewed) => {
                state.fault = None;
                if let Some((loaded, new)) = renewed {
                    (state.loaded, *contents) = (loaded, new);
                    state.renewals += 1;
                }
            }
            Err(error) => state.fault = Some(Arc::new(error)),
        }
    }

    fn renewals(&self) -> u64 {
        self.state().renewals
    }

    fn fault(&self) -> Option<Fault> {
        self.state().fault.clone()
    }

    fn in_use(&self) -> Vec<InUse> {
        self.state().loaded.in_use.clone()
    }
}
