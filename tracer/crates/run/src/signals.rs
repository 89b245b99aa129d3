//! Signals to taskweight itself: noted, so that what was measured until then is still printed.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

pub use nix::sys::signal::Signal;
use nix::sys::signal::{SigHandler, signal};
use signal_hook::flag;
use signal_hook::iterator::backend::SignalDelivery;
use signal_hook::iterator::exfiltrator::WithRawSiginfo;

/// The signals that end a run: asked for by the user, a supervisor, and a terminal that goes away.
const NOTED: [Signal; 3] = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP];

/// A signal that taskweight received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// Which signal.
    pub signal: Signal,
    /// Sent by a process (`kill`) to taskweight, which may have to pass it on; otherwise the kernel sent it, as a
    /// terminal does to every process in the foreground, the program under measurement included.
    pub sent_by_process: bool,
}

impl Received {
    fn from_raw(info: &libc::siginfo_t) -> Option<Self> {
        let signal = Signal::try_from(info.si_signo).ok()?;
        // SI_USER (kill), SI_QUEUE (sigqueue) and SI_TKILL (tgkill) are 0 and below, what the kernel sends is above.
        Some(Self { signal, sent_by_process: info.si_code <= 0 })
    }
}

/// Notes SIGINT, SIGTERM and SIGHUP from its installation to the end of the process.
///
/// Its descriptor is readable from the first signal on until [`received`](Self::received) has looked at it.
#[derive(Debug)]
pub struct Signals {
    wakeups: UnixStream,
    inbox: Mutex<Inbox>,
    /// True from the first signal on: the next SIGINT or SIGTERM then does what it does by default.
    armed: Arc<AtomicBool>,
}

#[derive(Debug)]
struct Inbox {
    delivery: SignalDelivery<UnixStream, WithRawSiginfo>,
    first: Option<Received>,
}

impl Signals {
    /// Installs the handlers, and has the kernel keep the exit statuses of children. A signal that whoever started taskweight chose to ignore (as `nohup` does with SIGHUP)
    /// stays ignored, here and in the programs started from here.
    ///
    /// # Errors
    /// When the self-pipe cannot be made or a handler cannot be installed.
    pub fn install() -> io::Result<Self> {
        keep_exit_statuses()?;
        let (read, write) = UnixStream::pair()?;
        let wakeups = read.try_clone()?;
        let signals: Vec<i32> = NOTED.into_iter().filter(|&signal| !is_ignored(signal)).map(|s| s as i32).collect();
        let armed = Arc::new(AtomicBool::new(false));
        for &signal in &signals {
            arm_second(signal, &armed)?;
        }
        let delivery = SignalDelivery::with_pipe(read, write, WithRawSiginfo, signals)?;
        Ok(Self { wakeups, inbox: Mutex::new(Inbox { delivery, first: None }), armed })
    }

    /// The first signal since the installation or the last [`take`](Self::take).
    #[must_use]
    pub fn received(&self) -> Option<Received> {
        self.with_inbox(|inbox| inbox.first)
    }

    /// Like [`received`](Self::received), and forgets it: for a caller that passes the signal on and continues. The
    /// next one is noted again instead of ending taskweight.
    #[must_use]
    pub fn take(&self) -> Option<Received> {
        self.with_inbox(|inbox| {
            self.armed.store(false, Ordering::SeqCst);
            inbox.first.take()
        })
    }

    fn with_inbox<T>(&self, look: impl FnOnce(&mut Inbox) -> T) -> T {
        let mut inbox = self.inbox.lock().unwrap_or_else(PoisonError::into_inner);
        let mut arrived = inbox.delivery.pending().filter_map(|info| Received::from_raw(&info));
        if inbox.first.is_none() {
            inbox.first = arrived.next();
        }
        look(&mut inbox)
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.wakeups.as_fd()
    }
}

/// Makes a second SIGINT or SIGTERM end taskweight at once, should it hang. SIGHUP is left out: a terminal that
/// closes sends it twice, once through the shell.
fn arm_second(signal: i32, armed: &Arc<AtomicBool>) -> io::Result<()> {
    // Handlers run in the order of their registration: the first signal finds the flag unset, then sets it.
    if signal != libc::SIGHUP {
        flag::register_conditional_default(signal, Arc::clone(armed))?;
    }
    flag::register(signal, Arc::clone(armed)).map(drop)
}

/// Whether SIGCHLD was ignored before taskweight: programs started from here get it so.
pub(super) static CHILDREN_WERE_IGNORED: AtomicBool = AtomicBool::new(false);

/// Whoever ignores SIGCHLD never learns how a child ended: the kernel reaps it.
fn keep_exit_statuses() -> io::Result<()> {
    if is_ignored(Signal::SIGCHLD) {
        CHILDREN_WERE_IGNORED.store(true, Ordering::Relaxed);
        // SAFETY: the default action needs no handler, hence none that could be unsafe.
        unsafe { signal(Signal::SIGCHLD, SigHandler::SigDfl) }?;
    }
    Ok(())
}

fn is_ignored(signal: Signal) -> bool {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: without a new action the call only writes the present one, to a place made for it.
    let rc = unsafe { libc::sigaction(signal as i32, std::ptr::null(), action.as_mut_ptr()) };
    // SAFETY: all zeroes is a valid `sigaction`, should the call have failed.
    rc == 0 && unsafe { action.assume_init() }.sa_sigaction == libc::SIG_IGN
}
