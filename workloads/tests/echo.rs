//! Every echo server against the load generator: no request is lost, and every answer is right.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod common;

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;

use common::{LOAD, PROGRAMS, Program, name};
use tempfile::TempDir;

const REQUESTS: u64 = 1009;

/// A socket's path that nobody else has; the file is removed in the end.
struct Socket(PathBuf, #[expect(dead_code, reason = "kept open")] (File, TempDir));

impl Socket {
    /// Through an open descriptor of its folder: the path of a socket has at most 107 bytes, wherever the folder is.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let opened = File::open(folder.path()).unwrap();
        let path = format!("/proc/{}/fd/{}/socket", std::process::id(), opened.as_raw_fd());
        Self(path.into(), (opened, folder))
    }

    fn serve(&self, path: &str, tasks: usize, operations: u64) -> Program {
        let socket = self.0.display();
        Program::start(path, &format!("echo --tasks {tasks} --operations {operations} --socket {socket}"))
    }

    fn load(&self, connections: usize, requests: u64, more: &str) -> Program {
        let socket = self.0.display();
        Program::start(LOAD, &format!("--socket {socket} --connections {connections} --requests {requests} {more}"))
    }
}

/// The servers.
fn servers() -> impl Iterator<Item = &'static str> {
    PROGRAMS.iter().filter(|(_, scenarios)| scenarios.contains(&"echo")).map(|(path, _)| *path)
}

/// Answers all requests; the load generator starts first, so that it has to wait for the socket.
fn check(path: &str, tasks: usize, requests: u64, more: &str) {
    let socket = Socket::new();
    let mut load = socket.load(tasks, requests, more);
    let mut server = socket.serve(path, tasks, requests);
    server.expect_ready(tasks);
    load.expect_ready(tasks);
    server.say("go");
    load.say("go");
    let (served, loaded) = (server.done(), load.done());
    let what = format!("{} {tasks} {more}: {served} {loaded}", name(path));
    assert_eq!((&served["operations"], &served["logical_switches"]), (&requests.into(), &requests.into()), "{what}");
    assert_eq!((&loaded["operations"], &loaded["logical_switches"]), (&requests.into(), &0.into()), "{what}");
    let latencies = loaded["latency_ns"].as_array().unwrap();
    let counted: u64 = latencies.iter().map(|pair| pair[1].as_u64().unwrap()).sum();
    assert_eq!(counted, requests, "{what}");
    assert!(!socket.0.exists(), "the server removes its socket");
    load.say("exit");
    load.expect_clean_end();
    server.say("exit");
    server.expect_clean_end();
}

#[test]
fn closed_loop() {
    for path in servers() {
        check(path, 10, REQUESTS, "");
        check(path, 100, REQUESTS, "");
    }
}

#[test]
fn open_loop() {
    for path in servers() {
        check(path, 10, REQUESTS, "--rate 10000");
        check(path, 100, REQUESTS, "--rate 10000");
    }
}

/// The rate is more than any server can answer.
#[test]
fn open_loop_in_arrears() {
    for path in servers() {
        check(path, 10, REQUESTS, "--rate 1000000000");
    }
}

#[test]
fn fewer_requests_than_connections() {
    for path in servers() {
        check(path, 100, 7, "");
        check(path, 100, 7, "--rate 1000");
    }
}

#[test]
fn clients_that_leave_too_early() {
    for path in servers() {
        let socket = Socket::new();
        let mut load = socket.load(3, 7, "");
        let mut server = socket.serve(path, 3, 8);
        load.expect_ready(3);
        server.expect_ready(3);
        server.say("go");
        load.say("go");
        load.done();
        load.say("exit");
        load.expect_clean_end();
        let (status, _, stderr) = server.end();
        assert_eq!(status.code(), Some(1), "{}", name(path));
        assert_eq!(stderr, "error: all connections were closed before 8 requests were answered\n", "{}", name(path));
    }
}

#[test]
fn a_socket_that_is_taken() {
    for path in servers() {
        let socket = Socket::new();
        let _listener = UnixListener::bind(&socket.0).unwrap();
        let (status, _, stderr) = socket.serve(path, 3, 8).end();
        assert_eq!(status.code(), Some(1), "{}", name(path));
        assert!(stderr.starts_with("error: listen on "), "{stderr}");
    }
}

/// The server of a test: changes a byte of the first request, or does not answer it.
fn load_against(answer: impl Fn(UnixStream, [u8; 64])) -> String {
    let socket = Socket::new();
    let listener = UnixListener::bind(&socket.0).unwrap();
    let mut load = socket.load(1, 3, "");
    let (mut connection, _) = listener.accept().unwrap();
    load.expect_ready(1);
    load.say("go");
    let mut request = [0; 64];
    connection.read_exact(&mut request).unwrap();
    answer(connection, request);
    let (status, stdout, stderr) = load.end();
    assert_eq!((status.code(), stdout.as_str()), (Some(1), ""), "{stderr}");
    stderr
}

#[test]
fn wrong_answers_are_noticed() {
    let wrong = load_against(|mut connection, mut request| {
        request[63] ^= 1;
        connection.write_all(&request).unwrap();
    });
    assert!(wrong.starts_with("error: an answer differs from its request"), "{wrong}");
}

#[test]
fn a_server_that_leaves_is_noticed() {
    let gone = load_against(|connection, _| drop(connection));
    assert!(gone.starts_with("error: the server closed a connection"), "{gone}");
}
