//! The load generator of the scenario `echo`: one thread that waits for all connections at once.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use hdrhistogram::Histogram;
use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};

use crate::load_connection::Connection;
use crate::load_plan::Plan;

/// Events fetched at once.
const EVENTS: usize = 1024;
/// What the timer's events say in place of a connection's index.
const TIMER: u64 = u64::MAX;
/// Two digits: buckets of at most 1/128 of the value.
const DIGITS: u8 = 2;
/// The longest distinguishable latency: one hour.
const LONGEST_NS: u64 = 3_600_000_000_000;

/// The load generator.
#[derive(Debug)]
pub struct Load {
    plan: Plan,
    connections: Vec<Connection>,
    epoll: Epoll,
    timer: TimerFd,
    started: Instant,
    /// The next request that becomes due by the clock.
    next: u64,
    answered: u64,
    latencies: Histogram<u64>,
}

impl Load {
    /// Opens all connections.
    pub fn connect(plan: Plan, socket: &Path) -> Result<Self> {
        let connections: Result<Vec<_>> = (0..plan.connections).map(|_| Connection::open(socket)).collect();
        let connections = connections?;
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC).context("create an epoll instance")?;
        let timer = TimerFd::new(ClockId::CLOCK_MONOTONIC, TimerFlags::TFD_CLOEXEC).context("create a timer")?;
        epoll.add(&timer, EpollEvent::new(EpollFlags::EPOLLIN, TIMER)).context("wait for the timer")?;
        for (index, connection) in (0..).zip(&connections) {
            epoll.add(connection, EpollEvent::new(EpollFlags::EPOLLIN, index)).context("wait for the connections")?;
        }
        let latencies = Histogram::new_with_bounds(1, LONGEST_NS, DIGITS)?;
        Ok(Self { plan, connections, epoll, timer, started: Instant::now(), next: 0, answered: 0, latencies })
    }

    /// Makes all requests, and gives the time from the first of them to the last answer.
    pub fn run(&mut self) -> Result<Duration> {
        self.started = Instant::now();
        self.begin()?;
        let mut events = [EpollEvent::empty(); EVENTS];
        while self.answered < self.plan.requests {
            let ready = match self.epoll.wait(&mut events, EpollTimeout::NONE) {
                Err(Errno::EINTR) => 0,
                ready => ready.context("wait for answers")?,
            };
            for event in &events[..ready] {
                match event.data() {
                    TIMER => self.send_due()?,
                    index => self.receive(index as usize)?,
                }
            }
        }
        Ok(self.started.elapsed())
    }

    /// Durations in nanoseconds from when a request was to be sent until its answer was there, with their counts.
    pub fn latencies(&self) -> Vec<(u64, u64)> {
        let recorded = self.latencies.iter_recorded();
        let middle = |value| self.latencies.median_equivalent(value);
        recorded.map(|value| (middle(value.value_iterated_to()), value.count_at_value())).collect()
    }

    fn begin(&mut self) -> Result<()> {
        if self.plan.rate.is_some() {
            return self.send_due();
        }
        (0..self.plan.connections).try_for_each(|index| self.send_next(index, Instant::now()))
    }

    /// Sends the requests that are due by now, and sets the timer for the next. A busy connection sends when it has
    /// its answer.
    fn send_due(&mut self) -> Result<()> {
        let now = Instant::now();
        while self.next < self.plan.requests && self.plan.due(self.started, self.next, now) <= now {
            let index = (self.next % self.plan.connections as u64) as usize;
            if self.connections[index].is_idle() {
                self.send_next(index, now)?;
            }
            self.next += 1;
        }
        self.set_timer(now)
    }

    fn set_timer(&self, now: Instant) -> Result<()> {
        let due = self.plan.due(self.started, self.next, now);
        let wait = due.saturating_duration_since(now).max(Duration::from_nanos(1));
        if self.next < self.plan.requests {
            self.timer.set(Expiration::OneShot(TimeSpec::from(wait)), TimerSetTimeFlags::empty())
        } else {
            self.timer.unset()
        }
        .context("set the timer")
    }

    /// Sends the next request of an idle connection, if there is one and it is due.
    fn send_next(&mut self, index: usize, now: Instant) -> Result<()> {
        let connection = &mut self.connections[index];
        let number = self.plan.number(index, connection.sent());
        let due = self.plan.due(self.started, number, now);
        if connection.sent() < self.plan.share(index) && due <= now {
            connection.send(number, due).context("send a request")?;
        }
        Ok(())
    }

    fn receive(&mut self, index: usize) -> Result<()> {
        if let Some(intended) = self.connections[index].receive()? {
            let now = Instant::now();
            self.latencies.saturating_record(now.saturating_duration_since(intended).as_nanos() as u64);
            self.answered += 1;
            self.send_next(index, now)?;
        }
        Ok(())
    }
}
