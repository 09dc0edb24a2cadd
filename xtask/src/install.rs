//! Installing a thing once: whole or not at all, however many runs ask for it at the same time.

use std::{
    env,
    ffi::OsString,
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, ensure};

use crate::process::{self, say};

/// How often a run that waits for another one looks whether that is done.
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// A folder of the cache and the file in it that says that it is complete.
pub(crate) struct Installation {
    folder: PathBuf,
    product: PathBuf,
}

impl Installation {
    /// The folder's name holds the version, so that two versions can be there at once.
    pub(crate) fn new(name: &str, product: impl Into<PathBuf>) -> Result<Self> {
        Ok(Self {
            folder: cache_folder()?.join(name),
            product: product.into(),
        })
    }

    /// The path of the product, if it is installed.
    pub(crate) fn find(&self) -> Option<PathBuf> {
        let product = self.folder.join(&self.product);
        product.exists().then_some(product)
    }

    /// The path of the product. Where it is missing, `install` is told a folder to fill, which is then moved into place.
    /// Others that ask for the same wait until that is done.
    pub(crate) fn get(
        &self,
        announcement: impl std::fmt::Display,
        install: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<PathBuf> {
        if let Some(product) = self.find() {
            return Ok(product);
        }
        let _lock = Lock::acquire(&self.folder)?;
        if let Some(product) = self.find() {
            return Ok(product);
        }
        say(announcement);
        let unfinished = with_suffix(&self.folder, &format!(".{}.tmp", std::process::id()));
        let result = fs::create_dir_all(&unfinished)
            .with_context(|| format!("cannot create {}", unfinished.display()))
            .and_then(|()| install(&unfinished))
            .and_then(|()| self.move_into_place(&unfinished));
        if unfinished.exists() {
            let _ = fs::remove_dir_all(&unfinished);
        }
        result.map(|()| self.folder.join(&self.product))
    }

    fn move_into_place(&self, unfinished: &Path) -> Result<()> {
        let product = self.product.display();
        ensure!(
            unfinished.join(&self.product).exists(),
            "{product} was not installed"
        );
        if self.folder.exists() {
            // A cleaner of caches may have left a part of it.
            fs::remove_dir_all(&self.folder)
                .with_context(|| format!("cannot replace {}", self.folder.display()))?;
        }
        fs::rename(unfinished, &self.folder)
            .with_context(|| format!("cannot create {}", self.folder.display()))
    }
}

/// A lock that every run of every clone respects. The system releases it when its owner ends, however that ends.
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Waits for the lock on what is about to be made or changed.
    pub(crate) fn acquire(subject: &Path) -> Result<Self> {
        let path = with_suffix(subject, ".lock");
        let context = || format!("cannot lock {}", path.display());
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(context)?;
        }
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .with_context(context)?;
        let mut has_said_so = false;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::Error(error)) => return Err(error).with_context(context),
                Err(TryLockError::WouldBlock) => {}
            }
            if !has_said_so {
                let name = subject.file_name().unwrap_or(subject.as_os_str());
                let name = name.to_string_lossy();
                say(format_args!(
                    "waiting until another run has installed {name}…"
                ));
                has_said_so = true;
            }
            ensure!(!process::interrupted(), "interrupted");
            thread::sleep(POLL_INTERVAL);
        }
    }

    /// Waits for the lock on something that has no folder in the cache, such as the system's packages.
    pub(crate) fn named(name: &str) -> Result<Self> {
        Self::acquire(&cache_folder()?.join(name))
    }
}

/// Where the tools are kept.
pub(crate) fn cache_folder() -> Result<PathBuf> {
    let given = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = given
        .filter(|folder| folder.is_absolute())
        .or_else(|| Some(env::home_dir()?.join(".cache")))
        .context("no home folder to keep tools in; set XDG_CACHE_HOME")?;
    Ok(cache.join("typed-eventsource"))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().map_or_else(OsString::new, OsString::from);
    name.push(suffix);
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Barrier,
        atomic::{AtomicU32, Ordering},
    };

    use anyhow::bail;

    use super::*;

    /// An installation in a folder of the test's own, which is removed at the end.
    struct Place(Installation);

    impl Place {
        fn new(test: &str) -> Self {
            let folder = env::temp_dir().join(format!("xtask-{test}-{}", std::process::id()));
            Self(Installation {
                folder: folder.join("tool-1.0"),
                product: "bin/tool".into(),
            })
        }

        fn install(&self) -> Result<PathBuf> {
            self.0.get("installing a tool", |folder| {
                fs::create_dir(folder.join("bin"))?;
                Ok(fs::write(folder.join("bin/tool"), "whole")?)
            })
        }

        fn names(&self) -> Vec<OsString> {
            let folder = self.0.folder.parent().expect("it has a parent");
            let entries = fs::read_dir(folder).expect("it is there");
            let mut names: Vec<_> = entries
                .map(|entry| entry.expect("a name").file_name())
                .collect();
            names.sort();
            names
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(self.0.folder.parent().expect("it has a parent"));
        }
    }

    #[test]
    fn many_who_ask_at_once_get_one_installation() {
        const THREADS: usize = 8;
        let place = Place::new("at-once");
        let (start, installed) = (Barrier::new(THREADS), AtomicU32::new(0));
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    start.wait();
                    let product = place.0.get("installing a tool", |folder| {
                        installed.fetch_add(1, Ordering::SeqCst);
                        fs::create_dir(folder.join("bin"))?;
                        thread::yield_now();
                        Ok(fs::write(folder.join("bin/tool"), "whole")?)
                    });
                    let text = fs::read_to_string(product.expect("it is installed"));
                    assert_eq!(text.expect("it can be read"), "whole");
                });
            }
        });
        assert_eq!(installed.load(Ordering::SeqCst), 1);
        assert_eq!(place.names(), ["tool-1.0", "tool-1.0.lock"]);
    }

    #[test]
    fn a_failed_installation_leaves_nothing_and_the_next_one_succeeds() {
        let place = Place::new("failed");
        let failed = place.0.get("installing a tool", |folder| {
            fs::write(folder.join("half"), "")?;
            bail!("no network")
        });
        assert_eq!(failed.expect_err("it failed").to_string(), "no network");
        assert_eq!(place.names(), ["tool-1.0.lock"]);
        place.install().expect("it is installed");
    }

    #[test]
    fn a_folder_without_its_product_is_replaced() {
        let place = Place::new("replaced");
        fs::create_dir_all(place.0.folder.join("leftover")).expect("it is made");
        assert_eq!(place.0.find(), None);
        let product = place.install().expect("it is installed");
        assert_eq!(place.0.find(), Some(product));
        assert!(!place.0.folder.join("leftover").exists());
    }

    #[test]
    fn an_installation_without_its_product_is_an_error() {
        let place = Place::new("no-product");
        let installed = place.0.get("installing a tool", |_| Ok(()));
        assert!(installed.is_err());
        assert_eq!(place.names(), ["tool-1.0.lock"]);
    }
}
