//! Whom the program runs as: eBPF needs root, the program under measurement does not.

use std::env;
use std::ffi::{CString, OsStr, OsString};

use nix::errno::Errno;
use nix::unistd::{Gid, Uid, User, geteuid, getgrouplist};
use thiserror::Error;

/// Why it is not known whom to run the program as. There is no silent fall-back to root.
#[derive(Debug, Error)]
pub enum IdentityError {
    /// The variable is set, but not to the number of a user or group.
    #[error("{variable}={value:?} is not a user or group number: run through sudo, or use --as-root")]
    NotANumber {
        /// SUDO_UID or SUDO_GID.
        variable: &'static str,
        /// What it holds.
        value: OsString,
    },
    /// One of the two variables is set, the other is not.
    #[error("{missing} is not set although its counterpart is: run through sudo, or use --as-root")]
    Incomplete {
        /// SUDO_UID or SUDO_GID.
        missing: &'static str,
    },
    /// The user database could not be asked.
    #[error("look up user {uid} in the user database: {}: try again, or use --as-root", errno.desc())]
    Lookup {
        /// The user looked for.
        uid: u32,
        /// What the database answered.
        errno: Errno,
    },
}

/// Numbers the kernel knows a process by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Credentials {
    pub(super) uid: Uid,
    pub(super) gid: Gid,
    pub(super) groups: Vec<Gid>,
}

/// Whom a program runs as, and the environment variables that say so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    credentials: Option<Credentials>,
    environment: Vec<(OsString, OsString)>,
}

impl Identity {
    /// The user who called sudo, if taskweight runs as root through sudo; otherwise whoever runs taskweight.
    ///
    /// # Errors
    /// When SUDO_UID or SUDO_GID is malformed or one of them is missing, or the user database cannot be read.
    pub fn caller() -> Result<Self, IdentityError> {
        if !geteuid().is_root() {
            return Ok(Self::unchanged());
        }
        Self::from_sudo(env::var_os("SUDO_UID").as_deref(), env::var_os("SUDO_GID").as_deref())
    }

    /// Whoever runs taskweight.
    #[must_use]
    pub fn unchanged() -> Self {
        Self::default()
    }

    /// User and group that should own the files taskweight writes, unless they are its own already.
    #[must_use]
    pub fn owner(&self) -> Option<(u32, u32)> {
        self.credentials.as_ref().map(|to| (to.uid.as_raw(), to.gid.as_raw()))
    }

    /// HOME, USER, LOGNAME and SHELL of that user, which sudo has replaced by those of root. Empty when nothing
    /// changes or the user is not in the database.
    #[must_use]
    pub fn environment(&self) -> &[(OsString, OsString)] {
        &self.environment
    }

    pub(super) fn credentials(&self) -> Option<&Credentials> {
        self.credentials.as_ref()
    }

    fn from_sudo(uid: Option<&OsStr>, gid: Option<&OsStr>) -> Result<Self, IdentityError> {
        match (uid, gid) {
            (None, None) => Ok(Self::unchanged()),
            (None, Some(_)) => Err(IdentityError::Incomplete { missing: "SUDO_UID" }),
            (Some(_), None) => Err(IdentityError::Incomplete { missing: "SUDO_GID" }),
            (Some(uid), Some(gid)) => Self::of(id("SUDO_UID", uid)?, id("SUDO_GID", gid)?),
        }
    }

    fn of(uid: u32, gid: u32) -> Result<Self, IdentityError> {
        let (uid, gid) = (Uid::from_raw(uid), Gid::from_raw(gid));
        let lookup = |errno| IdentityError::Lookup { uid: uid.as_raw(), errno };
        let user = find_user(uid).map_err(lookup)?;
        let groups = user.as_ref().map_or(Ok(vec![gid]), |user| groups(user, gid)).map_err(lookup)?;
        let environment = user.map(login_environment).unwrap_or_default();
        Ok(Self { credentials: Some(Credentials { uid, gid, groups }), environment })
    }
}

/// Digits only, and not the highest number: to `setresuid` that one means "leave it as it is", which is root.
fn id(variable: &'static str, value: &OsStr) -> Result<u32, IdentityError> {
    let digits = value.to_str().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let number = digits.and_then(|text| text.parse().ok()).filter(|&id| id != u32::MAX);
    number.ok_or_else(|| IdentityError::NotANumber { variable, value: value.to_owned() })
}

/// A user without an entry is none; databases differ in whether they call that an error.
fn find_user(uid: Uid) -> nix::Result<Option<User>> {
    match User::from_uid(uid) {
        Err(Errno::ENOENT | Errno::ESRCH) => Ok(None),
        found => found,
    }
}

fn groups(user: &User, gid: Gid) -> nix::Result<Vec<Gid>> {
    let name = CString::new(user.name.as_bytes()).map_err(|_| Errno::EINVAL)?;
    getgrouplist(&name, gid)
}

fn login_environment(user: User) -> Vec<(OsString, OsString)> {
    let name = OsString::from(user.name);
    [("HOME", user.dir.into_os_string()), ("USER", name.clone()), ("LOGNAME", name), ("SHELL", user.shell.into())]
        .map(|(variable, value)| (variable.into(), value))
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_sudo(uid: &str, gid: &str) -> Result<Identity, IdentityError> {
        Identity::from_sudo(Some(uid.as_ref()), Some(gid.as_ref()))
    }

    #[test]
    fn without_sudo_nothing_changes() {
        let identity = Identity::from_sudo(None, None).unwrap();
        assert_eq!(identity, Identity::unchanged());
        assert_eq!(identity.owner(), None);
        assert!(identity.environment().is_empty());
    }

    #[test]
    fn a_user_without_an_entry_gets_its_group_only() {
        let identity = from_sudo("4100000000", "4100000001").unwrap();
        assert_eq!(identity.owner(), Some((4_100_000_000, 4_100_000_001)));
        assert_eq!(identity.credentials().unwrap().groups, [Gid::from_raw(4_100_000_001)]);
        assert!(identity.environment().is_empty());
    }

    #[test]
    fn root_may_call_sudo_too_and_gets_its_home_back() {
        let identity = from_sudo("0", "0").unwrap();
        assert_eq!(identity.owner(), Some((0, 0)));
        let user = identity.environment().iter().find(|(name, _)| name == "USER");
        assert_eq!(user.map(|(_, value)| value.as_os_str()), Some("root".as_ref()));
    }

    #[test]
    fn a_malformed_number_is_an_error_that_names_the_variable() {
        for bad in ["", " 1", "+1", "-1", "4294967295", "4294967296", "1000x", "alice"] {
            let message = from_sudo(bad, "1000").unwrap_err().to_string();
            assert!(message.starts_with(&format!("SUDO_UID={bad:?} is not")), "{message}");
            let message = from_sudo("1000", bad).unwrap_err().to_string();
            assert!(message.starts_with(&format!("SUDO_GID={bad:?} is not")), "{message}");
        }
    }

    #[test]
    fn half_of_the_pair_is_an_error() {
        let message = Identity::from_sudo(Some("1000".as_ref()), None).unwrap_err().to_string();
        assert!(message.starts_with("SUDO_GID is not set"), "{message}");
        let message = Identity::from_sudo(None, Some("1000".as_ref())).unwrap_err().to_string();
        assert!(message.starts_with("SUDO_UID is not set"), "{message}");
    }
}
