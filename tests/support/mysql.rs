//! A MariaDB and a MySQL as Glaux starts them: installed ones, or a MySQL that lies unpacked at `TEST_MYSQL_ROOT`.

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use connector_core::ErrorKind;
use glaux::local::servers::{MySql, MySqlOptions, Product};

/// Both products.
pub const PRODUCTS: [Product; 2] = [Product::MariaDb, Product::MySql];

/// Starts one, or prints why the test does not run.
pub async fn start(product: Product) -> Option<MySql> {
    let mut options = MySqlOptions::new(product, search_path());
    options.temp = std::env::temp_dir();
    match MySql::start(options).await {
        Ok(server) => Some(server),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            super::skip(product.token(), &error.to_string());
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// This process's search path, with the unpacked MySQL in front of it.
pub fn search_path() -> Option<OsString> {
    let path = std::env::var_os("PATH");
    let Some(root) = std::env::var_os("TEST_MYSQL_ROOT").map(PathBuf::from) else { return path };
    if !root.join("usr/sbin/mysqld").exists() {
        return path;
    }
    let own = std::iter::once(wrapper(&root));
    Some(std::env::join_paths(own.chain(path.iter().flat_map(std::env::split_paths))).unwrap())
}

/// A directory with a `mysqld` that runs the unpacked one with its own libraries and files, as an installed one finds them by itself.
fn wrapper(root: &Path) -> PathBuf {
    let root = root.canonicalize().unwrap();
    let directory = root.parent().unwrap().join("bin");
    let script = format!(
        "#!/bin/sh\nroot='{}'\nlib=$root/usr/lib/{}-linux-gnu\n\
         for loader in \"$lib\"/ld-linux-*; do break; done\n\
         exec \"$loader\" --library-path \"$lib\" \"$root/usr/sbin/mysqld\" \"$@\" --basedir=\"$root/usr\" \
         --lc-messages-dir=\"$root/usr/share/mysql\" --character-sets-dir=\"$root/usr/share/mysql/charsets\" \
         --plugin-dir=\"$root/usr/lib/mysql/plugin\"\n",
        root.display(),
        std::env::consts::ARCH
    );
    let program = directory.join("mysqld");
    if std::fs::read_to_string(&program).is_ok_and(|there| there == script) {
        return directory;
    }
    std::fs::create_dir_all(&directory).unwrap();
    // Other tests may be running it.
    let new = directory.join(format!("mysqld.{}", uuid::Uuid::new_v4()));
    std::fs::write(&new, script).unwrap();
    std::fs::set_permissions(&new, std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::rename(&new, &program).unwrap();
    directory
}
