//! Single programs of the distribution that one verb alone needs, installed when it is used.

use anyhow::{Context, Result};

use super::apt::Apt;
use super::plan::{Means, Obstacle, Plan, Step};
use super::{announce, probe, refuse};

/// A program, the package that has it, and what it is needed for.
#[derive(Clone, Copy)]
pub struct Program {
    pub name: &'static str,
    pub package: &'static str,
    pub purpose: &'static str,
}

/// Installs those that are not there.
pub fn ensure(programs: &[Program]) -> Result<()> {
    let missing: Vec<_> = programs.iter().copied().filter(|program| which::which(program.name).is_err()).collect();
    let plan = plan(&missing, &probe::means());
    refuse(&plan)?;
    announce(&plan);
    for step in &plan.steps {
        let Step::Packages(names) = step else { continue };
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        Apt::loud().install(&names).with_context(|| format!("install {}", names.join(", ")))?;
    }
    Ok(())
}

fn plan(missing: &[Program], means: &Means) -> Plan {
    let mut plan = Plan::default();
    if missing.is_empty() {
    } else if means.apt && means.root {
        plan.steps.push(Step::Packages(missing.iter().map(|program| program.package.to_owned()).collect()));
    } else {
        plan.obstacles.extend(missing.iter().map(obstacle));
    }
    plan
}

fn obstacle(program: &Program) -> Obstacle {
    Obstacle {
        missing: format!("{}, {}", program.name, program.purpose),
        remedy: format!("install it ({0} on Debian; as root: apt-get install {0})", program.package),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMULATOR: Program = Program { name: "emulator", package: "emulators", purpose: "to boot guests" };

    #[test]
    fn one_step_installs_all_that_is_missing() {
        let means = Means { rustup: false, apt: true, root: true };
        let plan = plan(&[EMULATOR, Program { package: "others", ..EMULATOR }], &means);
        assert_eq!(plan.steps, [Step::Packages(vec!["emulators".into(), "others".into()])]);
        assert!(plan.obstacles.is_empty());
    }

    #[test]
    fn nothing_missing_is_nothing_to_do() {
        let plan = plan(&[], &Means { rustup: false, apt: false, root: false });
        assert!(plan.steps.is_empty() && plan.obstacles.is_empty());
    }

    #[test]
    fn without_root_the_command_is_named() {
        let plan = plan(&[EMULATOR], &Means { rustup: false, apt: true, root: false });
        assert_eq!(plan.obstacles[0].missing, "emulator, to boot guests");
        assert!(plan.obstacles[0].remedy.contains("apt-get install emulators"));
    }
}
