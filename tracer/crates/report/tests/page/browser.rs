//! A page in headless Chromium, and what the browser had to say about it.

use std::{
    ffi::OsStr,
    fs,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use headless_chrome::{
    Browser, LaunchOptions, Tab,
    protocol::cdp::{Emulation, Network, types::Event},
};
use serde::de::DeserializeOwned;

/// Longer than anything here takes, so that what hangs is a failure.
const PATIENCE: Duration = Duration::from_secs(300);

/// Names under which distributions have it.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/// The program; without it, the tests that need it are skipped, but not where nobody would notice.
pub fn program() -> Option<PathBuf> {
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect();
    let found =
        NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|path| path.is_file());
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "chromium is not installed: `cargo xtask test` installs it");
        eprintln!("SKIPPED: chromium is not installed: `cargo xtask test` installs it");
    }
    found
}

/// A page that is shown.
pub struct Shown {
    pub tab: Arc<Tab>,
    /// Addresses that were asked for.
    pub requests: Arc<Mutex<Vec<String>>>,
    /// Errors, warnings, and all that a script would print.
    pub complaints: Arc<Mutex<Vec<String>>>,
    _browser: Browser,
    _folder: tempfile::TempDir,
}

/// Shows a page in a window of this size; `dark` as the reader prefers.
pub fn show(program: PathBuf, html: &str, (width, height): (u32, u32), dark: bool) -> Shown {
    // Chromium makes a socket there, whose path has at most 107 bytes.
    let folder = tempfile::tempdir_in("/tmp").unwrap();
    let file = folder.path().join("page.html");
    fs::write(&file, html).unwrap();
    // Names of the network are unknown: what is asked for would be seen to fail, too.
    let args = ["--host-resolver-rules=MAP * ~NOTFOUND", "--hide-scrollbars"].map(OsStr::new).to_vec();
    let options = LaunchOptions::default_builder()
        .path(Some(program))
        .sandbox(false)
        .window_size(Some((width, height)))
        .user_data_dir(Some(folder.path().join("profile")))
        .process_envs(Some([("TMPDIR".to_owned(), folder.path().display().to_string())].into()))
        .idle_browser_timeout(PATIENCE)
        .args(args)
        .build()
        .unwrap();
    let browser = Browser::new(options).unwrap();
    let tab = browser.new_tab().unwrap();
    tab.set_default_timeout(PATIENCE);
    let (requests, complaints) = (Arc::default(), Arc::default());
    listen(&tab, &requests, &complaints);
    let feature = Emulation::MediaFeature {
        name: "prefers-color-scheme".to_owned(),
        value: if dark { "dark" } else { "light" }.to_owned(),
    };
    tab.call_method(Emulation::SetEmulatedMedia { media: None, features: Some(vec![feature]) }).unwrap();
    tab.navigate_to(&format!("file://{}", file.display())).unwrap().wait_until_navigated().unwrap();
    Shown { tab, requests, complaints, _browser: browser, _folder: folder }
}

fn listen(tab: &Arc<Tab>, requests: &Arc<Mutex<Vec<String>>>, complaints: &Arc<Mutex<Vec<String>>>) {
    let (requests, complaints) = (Arc::clone(requests), Arc::clone(complaints));
    let note = move |event: &Event| match event {
        Event::NetworkRequestWillBeSent(event) => requests.lock().unwrap().push(event.params.request.url.clone()),
        Event::LogEntryAdded(event) => complaints.lock().unwrap().push(event.params.entry.text.clone()),
        Event::RuntimeConsoleAPICalled(event) => complaints.lock().unwrap().push(format!("{:?}", event.params.args)),
        Event::RuntimeExceptionThrown(event) => {
            complaints.lock().unwrap().push(event.params.exception_details.text.clone());
        }
        Event::PageJavascriptDialogOpening(event) => complaints.lock().unwrap().push(event.params.message.clone()),
        _ => {}
    };
    tab.add_event_listener(Arc::new(note)).unwrap();
    tab.enable_log().unwrap();
    tab.enable_runtime().unwrap();
    let network = Network::Enable {
        max_total_buffer_size: None,
        max_resource_buffer_size: None,
        max_post_data_size: None,
        report_direct_socket_traffic: None,
        enable_durable_messages: None,
    };
    tab.call_method(network).unwrap();
}

impl Shown {
    /// What an expression of JavaScript gives, evaluated from outside of the page.
    pub fn ask<T: DeserializeOwned>(&self, expression: &str) -> T {
        let result = self.tab.evaluate(&format!("JSON.stringify({expression})"), false).unwrap();
        serde_json::from_str(result.value.unwrap().as_str().unwrap()).unwrap()
    }
}
