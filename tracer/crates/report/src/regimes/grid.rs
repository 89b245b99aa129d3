//! What is measured: every combination of place, scenario, number of tasks and bytes touched, with every model.

use taskweight_core::{
    case::Case,
    catalog::{Kind, MODELS, Model},
    plan::{self, Job},
    scenario::Scenario,
};

/// task switches of each task in a run, at least: the opening of the gate, which wakes all, is then little beside them.
const ROUNDS: u64 = 10;

/// The models, and the work that they are given.
#[derive(Debug)]
pub struct Grid {
    /// The threads, which are the reference.
    pub threads: &'static Model,
    /// The coroutines, each of which is compared with the threads.
    pub coroutines: Vec<&'static Model>,
    /// The work.
    pub cells: Vec<Cell>,
}

/// One piece of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The one CPU that it is bound to.
    pub pinned: Option<u32>,
    /// `switch` or `switch-io`.
    pub scenario: Scenario,
    /// Tasks in the ring.
    pub tasks: u64,
    /// Bytes that each task touches while it holds the token; 0 for none.
    pub touch_bytes: u64,
    /// Why it is not measured.
    pub left_out: Option<String>,
}

/// Which of the models are threads, in the order in which they were named: the first one is the reference.
///
/// # Errors
/// When there is none of threads or none of coroutines.
pub fn split(models: Vec<&'static Model>) -> anyhow::Result<(Vec<&'static Model>, Vec<&'static Model>)> {
    let is_of_threads = |model: &&Model| model.kind == Some(Kind::Thread);
    let (threads, coroutines): (Vec<_>, Vec<_>) = models.into_iter().partition(|model| is_of_threads(model));
    let one_of: Vec<_> = MODELS.iter().filter(is_of_threads).map(|model| model.name).collect();
    let one_of = one_of.join(", ");
    anyhow::ensure!(!threads.is_empty(), "no thread model to compare with: add one of {one_of} to --models");
    anyhow::ensure!(!coroutines.is_empty(), "no coroutine model to compare: add one, such as tokio, to --models");
    Ok((threads, coroutines))
}

/// All pieces of work; those that would take more than a quarter of the memory available (bytes) are marked.
pub fn cells(quick: bool, pin_cpu: u32, available_bytes: u64) -> Vec<Cell> {
    let tasks: &[u64] = if quick { &[2, 100] } else { &[2, 100, 10_000] };
    let touched: &[u64] = if quick { &[0, 256 << 10] } else { &[0, 16 << 10, 256 << 10] };
    let mut cells = Vec::new();
    for pinned in [Some(pin_cpu), None] {
        for scenario in [Scenario::Switch, Scenario::SwitchIo] {
            for (&tasks, &touch_bytes) in tasks.iter().flat_map(|tasks| touched.iter().map(move |bytes| (tasks, bytes)))
            {
                let left_out = too_large(tasks * touch_bytes, available_bytes);
                cells.push(Cell { pinned, scenario, tasks, touch_bytes, left_out });
            }
        }
    }
    cells
}

/// Why so many bytes are not taken.
fn too_large(bytes: u64, available_bytes: u64) -> Option<String> {
    let mebibytes = |bytes: u64| bytes >> 20;
    (bytes > available_bytes / 4).then(|| {
        let (needed, available) = (mebibytes(bytes), mebibytes(available_bytes));
        format!("would touch {needed} MiB, more than a quarter of the {available} MiB available")
    })
}

impl Grid {
    /// The runs of one repetition: all models of a cell before the next one. Threads alone are not measured.
    pub fn jobs(&self) -> Vec<Job> {
        let is_offered = |cell: &&Cell| self.coroutines.iter().any(|model| model.scenarios.contains(&cell.scenario));
        let measured = self.cells.iter().filter(|cell| cell.left_out.is_none()).filter(is_offered);
        measured.flat_map(|cell| self.models().filter_map(|model| cell.job(model))).collect()
    }

    fn models(&self) -> impl Iterator<Item = &'static Model> {
        [self.threads].into_iter().chain(self.coroutines.iter().copied())
    }
}

impl Cell {
    /// What its runs with this model are in the report.
    pub(super) fn case(&self, model: &'static Model) -> Case {
        self.job_of(model).case()
    }

    fn job(&self, model: &'static Model) -> Option<Job> {
        model.scenarios.contains(&self.scenario).then(|| self.job_of(model))
    }

    fn job_of(&self, model: &'static Model) -> Job {
        let operations = plan::operations(model, self.scenario, self.tasks, self.touch_bytes, false);
        Job {
            model,
            scenario: self.scenario,
            tasks: self.tasks,
            pinned: self.pinned,
            operations: operations.max(ROUNDS * self.tasks),
            rate: None,
            depth: None,
            touch_bytes: Some(self.touch_bytes).filter(|bytes| *bytes > 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use taskweight_core::catalog::MODELS;

    fn model(name: &str) -> &'static Model {
        MODELS.iter().find(|model| model.name == name).expect("known")
    }

    fn grid(quick: bool, available_bytes: u64) -> Grid {
        let coroutines = ["tokio", "corosensei"].map(model).to_vec();
        Grid { threads: model("os-thread"), coroutines, cells: cells(quick, 1, available_bytes) }
    }

    #[test]
    fn the_first_model_of_threads_is_the_reference() {
        let names = ["go", "pthread", "tokio", "os-thread"].map(model).to_vec();
        let (threads, coroutines) = split(names).expect("both");
        let names = |models: Vec<&Model>| models.iter().map(|model| model.name).collect::<Vec<_>>();
        assert_eq!((names(threads), names(coroutines)), (vec!["pthread", "os-thread"], vec!["go", "tokio"]));
        let error = |name| split(vec![model(name)]).expect_err("one side only").to_string();
        assert!(error("tokio").contains("no thread model"), "{}", error("tokio"));
        assert!(error("pthread").contains("no coroutine model"), "{}", error("pthread"));
    }

    #[test]
    fn the_models_of_a_cell_follow_each_other() {
        let grid = grid(true, u64::MAX);
        assert_eq!(grid.cells.len(), 2 * 2 * 2 * 2);
        let jobs = grid.jobs();
        let seen: Vec<_> = jobs.iter().map(|job| (job.model.name, job.touch_bytes)).take(4).collect();
        let touching = Some(256 << 10);
        assert_eq!(
            seen,
            [("os-thread", None), ("tokio", None), ("corosensei", None), ("os-thread", touching)],
            "nothing touched is no option"
        );
        // corosensei cannot wait for pipes.
        assert_eq!(jobs.len(), 8 * 3 + 8 * 2);
        let alone = Grid { coroutines: vec![model("corosensei")], ..grid };
        assert_eq!(alone.jobs().len(), 8 * 2, "threads that nothing is compared with");
    }

    #[test]
    fn every_task_has_several_turns() {
        let jobs = grid(false, u64::MAX).jobs();
        assert!(jobs.iter().all(|job| job.operations >= 10 * job.tasks));
        assert!(jobs.iter().any(|job| job.tasks == 10_000 && job.touch_bytes == Some(16 << 10)));
    }

    #[test]
    fn what_takes_too_much_memory_is_left_out_with_a_reason() {
        let all = cells(false, 1, 8 << 30);
        let (left, kept): (Vec<_>, Vec<_>) = all.iter().partition(|cell| cell.left_out.is_some());
        assert_eq!((left.len(), kept.len()), (4, 32));
        assert!(left.iter().all(|cell| (cell.tasks, cell.touch_bytes) == (10_000, 256 << 10)));
        let reason = "would touch 2500 MiB, more than a quarter of the 8192 MiB available";
        assert_eq!(left[0].left_out.as_deref(), Some(reason));
        assert_eq!(grid(false, 8 << 30).jobs().len(), 16 * 3 + 16 * 2);
    }
}
