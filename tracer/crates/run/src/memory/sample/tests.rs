use super::super::process::Rollup;
use super::*;

const KIB: u64 = 1 << 10;

/// 1,000 parked threads of C, as they were seen on Linux 6.18 with cgroup v1.
fn readings() -> Readings {
    let rollup = Rollup {
        rss_bytes: 9_928 * KIB,
        pss_bytes: 8_522 * KIB,
        anonymous_bytes: 8_388 * KIB,
        pss_anonymous_bytes: Some(8_388 * KIB),
        pss_file_bytes: Some(134 * KIB),
        pss_shared_bytes: Some(0),
        ..Rollup::default()
    };
    let processes = ProcessMemory {
        reserved_bytes: Some(8_198_740 * KIB),
        page_tables_bytes: Some(4_080 * KIB),
        threads: 1_001,
        rollup,
    };
    let before = SystemMemory {
        kernel_stack_bytes: Some(1_400 * KIB),
        page_tables_bytes: Some(4_272 * KIB),
        slab_bytes: 627_780 * KIB,
        available_bytes: Some(24_104_044 * KIB),
        threads: 90,
    };
    let now = SystemMemory {
        kernel_stack_bytes: Some(17_400 * KIB),
        threads: 1_091,
        slab_bytes: 634_780 * KIB,
        available_bytes: Some(24_064_044 * KIB),
        ..before
    };
    Readings {
        processes: Ok(processes),
        cgroup: Ok(v1()),
        before: Ok(before),
        now: Ok(now),
        stack_reserved: Ok((8_192_000 * KIB, String::from("found"))),
        stack_resident: Ok((8_200 * KIB, String::from("found"))),
    }
}

fn v1() -> CgroupMemory {
    CgroupMemory {
        version: Version::V1,
        usage_bytes: 36_163_584,
        kernel_bytes: Some(27_258_880),
        kernel_stack_bytes: None,
        slab_bytes: None,
        page_cache_bytes: Some(315_392),
    }
}

fn v2() -> CgroupMemory {
    CgroupMemory { version: Version::V2, kernel_stack_bytes: Some(16_001 * KIB), slab_bytes: Some(6_500 * KIB), ..v1() }
}

/// Every column that is absent has a reason, every other a source.
fn checked(readings: Readings) -> Sample {
    let sample = readings.sample();
    for (name, _) in sample.figures.columns() {
        assert!(sample.sources.get(name).is_some_and(|text| !text.is_empty()), "{name}: {sample:#?}");
    }
    sample
}

#[test]
fn version_1() {
    let sample = checked(readings());
    let figures = sample.figures;
    assert_eq!(figures.other_resident_bytes, Some(188 * KIB));
    assert_eq!(figures.kernel_stack_bytes, Some(1_001 * 16 * KIB));
    assert_eq!(figures.slab_bytes, Some(27_258_880 - (16_016 + 4_080) * KIB));
    assert_eq!(figures.total_bytes, Some(8_388 * KIB + 27_258_880));
    assert_eq!(figures.witness_bytes, Some(36_163_584 - 315_392));
    assert!(sample.sources["kernel_stack_bytes"].starts_with("1001 threads of 16384 bytes each"));
    assert!(sample.sources["slab_bytes"].contains("the remaining kernel memory"));
    assert!(sample.sources["witness_bytes"].contains("less 315392 bytes of page cache"));
}

#[test]
fn version_2() {
    let sample = checked(Readings { cgroup: Ok(v2()), ..readings() });
    assert_eq!(sample.figures.kernel_stack_bytes, Some(16_001 * KIB));
    assert_eq!(sample.figures.total_bytes, Some((8_388 + 4_080 + 16_001 + 6_500) * KIB));
    assert!(sample.sources["witness_bytes"].starts_with("memory.current"));
}

#[test]
fn without_a_cgroup_the_machine_is_asked_and_it_is_said() {
    let sample = checked(Readings { cgroup: Err(String::from("mounted read-only")), ..readings() });
    assert_eq!(sample.figures.kernel_stack_bytes, Some(16_016 * KIB));
    assert_eq!((sample.figures.slab_bytes, sample.figures.witness_bytes), (Some(7_000 * KIB), Some(40_000 * KIB)));
    for name in ["slab_bytes", "witness_bytes"] {
        assert!(sample.sources[name].contains("whole machine"), "{}", sample.sources[name]);
    }
    assert!(sample.sources["slab_bytes"].contains("mounted read-only"));
}

#[test]
fn a_kernel_that_does_not_account_its_memory() {
    let cgroup = CgroupMemory { kernel_bytes: None, ..v1() };
    let sample = checked(Readings { cgroup: Ok(cgroup), ..readings() });
    assert_eq!(sample.figures.slab_bytes, Some(7_000 * KIB));
    assert!(sample.sources["slab_bytes"].contains("does not account kernel memory"));
    assert!(sample.sources["witness_bytes"].contains("does not include kernel memory"));
}

/// As it would be where the size of a kernel stack cannot be told.
fn without_size(mut readings: Readings) -> Readings {
    readings.now.as_mut().unwrap().threads = 0;
    readings
}

#[test]
fn a_stack_in_the_kernel_of_unknown_size() {
    let sample = checked(without_size(readings()));
    assert_eq!(sample.figures.kernel_stack_bytes, Some(16_000 * KIB));
    assert!(sample.sources["kernel_stack_bytes"].contains("of the whole machine"));
}

#[test]
fn what_others_did_to_the_machine_is_not_the_runs() {
    let readings = readings();
    let (before, now) = (readings.now.clone(), readings.before.clone());
    let sample = checked(without_size(Readings { before, now, cgroup: Err(String::from("none")), ..readings }));
    let figures = sample.figures;
    assert_eq!((figures.kernel_stack_bytes, figures.slab_bytes, figures.witness_bytes), (None, None, None));
    assert!(sample.sources["kernel_stack_bytes"].contains("fell by 16384000 bytes"));
    assert!(sample.sources["witness_bytes"].contains("rose by"));
    assert_eq!(figures.total_bytes, None);
    assert_eq!(sample.sources["total_bytes"], "the sum lacks kernel_stack_bytes and slab_bytes");
}

#[test]
fn the_rest_is_never_negative() {
    let mut readings = readings();
    readings.cgroup.as_mut().unwrap().kernel_bytes = Some(1_000);
    let sample = checked(readings);
    assert_eq!(sample.figures.slab_bytes, None);
    assert!(sample.sources["slab_bytes"].contains("is 1000 bytes, less than"));
}

#[test]
fn stacks_that_cannot_be_told_are_in_the_rest_and_in_the_total() {
    let merged = || Err(String::from("merged"));
    let sample = checked(Readings { stack_reserved: merged(), stack_resident: merged(), ..readings() });
    assert_eq!((sample.figures.stack_resident_bytes, sample.figures.stack_reserved_bytes), (None, None));
    assert_eq!(sample.figures.other_resident_bytes, Some(8_388 * KIB));
    assert_eq!(sample.figures.total_bytes, checked(readings()).figures.total_bytes);
    assert!(sample.sources["other_resident_bytes"].contains("including stacks"));
}

#[test]
fn before_linux_5_4_all_anonymous_pages_count() {
    let mut readings = readings();
    readings.processes.as_mut().unwrap().rollup.pss_anonymous_bytes = None;
    let sample = checked(readings);
    assert_eq!(sample.figures.other_resident_bytes, Some(188 * KIB));
    assert!(sample.sources["other_resident_bytes"].starts_with("Anonymous of"));
}

#[test]
fn a_process_that_has_ended_has_nothing_but_reasons() {
    let gone = || String::from("all processes have exited");
    let sample = checked(Readings {
        processes: Err(gone()),
        stack_reserved: Err(gone()),
        stack_resident: Err(gone()),
        ..readings()
    });
    assert_eq!(sample.figures.reserved_bytes, None);
    assert_eq!(sample.sources["other_resident_bytes"], "all processes have exited");
    assert!(sample.sources["slab_bytes"].starts_with("only total"));
    assert_eq!(sample.figures.total_bytes, None);
}
