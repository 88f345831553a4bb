//! The master key: 32 bytes that encrypt everything at rest, from the environment or from a file that only its owner
//! can read.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::{Zeroize as _, Zeroizing};

use usher_domain::random::Random;

/// Larger than any key file.
const MAX_FILE: u64 = 256;

/// The key from which all others are derived. Never printed, wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKey([u8; 32]);

/// Why there is no master key. Never contains a part of the key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The text is not 32 bytes of base64url.
    #[error("a master key is 32 bytes in base64url without padding: 43 characters")]
    NotAKey,
    /// The file does not contain a key.
    #[error("{} holds no master key: expected 32 bytes in base64url without padding", .0.display())]
    FileHoldsNoKey(PathBuf),
    /// Others than the owner can read or write the file.
    #[error("{} is open to others (mode {mode:o}): chmod 600 it", path.display())]
    OpenToOthers {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// An error of the file system.
    #[error("master key file {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error.
        source: io::Error,
    },
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Drop for MasterKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl MasterKey {
    /// A fresh key.
    pub fn generate(random: &dyn Random) -> Self {
        Self(random.bytes())
    }

    /// The key with these bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Parses base64url text; surrounding white space is ignored.
    pub fn from_text(text: &str) -> Result<Self, MasterKeyError> {
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text.trim_ascii()).map_err(|_| MasterKeyError::NotAKey)?);
        bytes.as_slice().try_into().map(Self).map_err(|_| MasterKeyError::NotAKey)
    }

    /// Reads the key from the file `path`, which only its owner may access.
    pub fn load(path: &Path) -> Result<Self, MasterKeyError> {
        Self::try_load(path).map_err(|source| source.unwrap_or_else(|| io_error(path, io::ErrorKind::NotFound.into())))
    }

    /// Reads the key from the file `path`, or creates the file with a new key.
    ///
    /// An existing key is never overwritten: of several processes that start at once, all read the same key.
    pub fn load_or_create(path: &Path, random: &dyn Random) -> Result<Self, MasterKeyError> {
        match Self::try_load(path) {
            Err(None) => {}
            Ok(key) => return Ok(key),
            Err(Some(error)) => return Err(error),
        }
        Self::generate(random).create(path, random)?;
        Self::load(path)
    }

    /// `Err(None)` if the file does not exist.
    fn try_load(path: &Path) -> Result<Self, Option<MasterKeyError>> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(None),
            Err(error) => return Err(Some(io_error(path, error))),
        };
        owner_only(path, &file)?;
        let mut text = Zeroizing::new(String::new());
        let holds_no_key = || MasterKeyError::FileHoldsNoKey(path.to_owned());
        file.take(MAX_FILE).read_to_string(&mut text).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => holds_no_key(),
            _ => io_error(path, error),
        })?;
        Ok(Self::from_text(&text).map_err(|_| holds_no_key())?)
    }

    /// Writes the key to a temporary file and links it to `path`: the file appears completely or not at all, and `link`
    /// never replaces one.
    fn create(&self, path: &Path, random: &dyn Random) -> Result<(), MasterKeyError> {
        let fail = |error| io_error(path, error);
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        make_folder(folder).map_err(fail)?;
        let draft = folder.join(format!(".master-{}", random.handle()));
        let written = self.write_draft(&draft).and_then(|()| fs::hard_link(&draft, path));
        // The temporary file is removed in any case.
        let removed = fs::remove_file(&draft);
        match written {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(fail(error)),
            Ok(()) => removed.and_then(|()| File::open(folder)?.sync_all()).map_err(fail),
        }
    }

    fn write_draft(&self, draft: &Path) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(draft)?;
        let text = Zeroizing::new(URL_SAFE_NO_PAD.encode(self.0) + "\n");
        file.write_all(text.as_bytes())?;
        file.sync_all()
    }

    /// The bytes, for deriving keys.
    pub(super) const fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

fn io_error(path: &Path, source: io::Error) -> MasterKeyError {
    MasterKeyError::Io { path: path.to_owned(), source }
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(unix)]
fn owner_only(path: &Path, file: &File) -> Result<(), MasterKeyError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = file.metadata().map_err(|error| io_error(path, error))?.permissions().mode() & 0o777;
    if mode & !0o700 == 0 { Ok(()) } else { Err(MasterKeyError::OpenToOthers { path: path.to_owned(), mode }) }
}

#[cfg(not(unix))]
fn owner_only(_: &Path, _: &File) -> Result<(), MasterKeyError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use usher_domain::random::SeededRandom;

    #[test]
    fn a_key_is_43_characters_and_nothing_else() {
        let text = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
        assert_eq!(MasterKey::from_text(&format!(" {text}\n")).unwrap().0[..3], [0, 1, 2]);
        let padded = format!("{text}=");
        let loose_bits = text.replace("Hh8", "Hh9");
        for wrong in ["", "hunter2", "AAECAw", &padded, &loose_bits, &text.repeat(2), &text.replace('A', "+")] {
            assert!(matches!(MasterKey::from_text(wrong), Err(MasterKeyError::NotAKey)), "{wrong}");
        }
    }

    #[test]
    fn a_key_never_prints_itself() {
        assert_eq!(format!("{:?}", MasterKey::generate(&SeededRandom::new(1))), "[redacted]");
    }

    #[test]
    fn the_file_is_made_once_and_read_ever_after() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/master.key");
        assert!(matches!(MasterKey::load(&path), Err(MasterKeyError::Io { .. })));
        let made = MasterKey::load_or_create(&path, &SeededRandom::new(1)).unwrap();
        assert_eq!(MasterKey::load_or_create(&path, &SeededRandom::new(2)).unwrap(), made);
        assert_eq!(MasterKey::load(&path).unwrap(), made);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no draft is left behind");
    }

    #[test]
    fn of_two_that_start_together_the_second_takes_the_key_of_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let (first, second) = (MasterKey([1; 32]), MasterKey([2; 32]));
        first.create(&path, &SeededRandom::new(1)).unwrap();
        second.create(&path, &SeededRandom::new(2)).unwrap();
        assert_eq!(MasterKey::load(&path).unwrap(), first);
    }

    #[test]
    fn a_damaged_file_is_an_error_and_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        MasterKey([1; 32]).create(&path, &SeededRandom::new(1)).unwrap();
        for damage in [&b""[..], b"AAEC", b"\xff\xfe\x00", &[b'A'; 5000]] {
            fs::write(&path, damage).unwrap();
            let result = MasterKey::load_or_create(&path, &SeededRandom::new(1));
            assert!(matches!(result, Err(MasterKeyError::FileHoldsNoKey(_))));
            assert_eq!(fs::read(&path).unwrap(), damage);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        MasterKey::load_or_create(&path, &SeededRandom::new(1)).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = MasterKey::load(&path).unwrap_err();
        assert!(error.to_string().contains("(mode 640): chmod 600 it"), "{error}");
    }
}
