//! A CronJob of Kubernetes, which works on a remote from nothing.

use std::io::{self, Write};

use super::quoted;
use super::when::When;
use crate::report::schedule::Job;

/// Writes the CronJob.
pub(super) fn cron_job(out: &mut dyn Write, job: &Job) -> io::Result<()> {
    if job.url.is_none() {
        return writeln!(
            out,
            "# A CronJob has no repository of its own, so it needs the address of one: --remote https://..."
        );
    }
    let when = When::of_job(job, 1);
    writeln!(out, "# kubectl apply -f -. Replace the image, which you build yourself: docs/docker.md.")?;
    writeln!(out, "# The secret holds variables that docs/bots.md names, such as GITHUB_TOKEN.")?;
    if let Some(note) = &when.note {
        writeln!(out, "# {note}")?;
    }
    let late = (when.every * 60 / 2).max(30);
    write!(
        out,
        "apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: hhgit\nspec:\n  schedule: {}\n  concurrencyPolicy: Forbid\n  \
         startingDeadlineSeconds: {late}\n  jobTemplate:\n    spec:\n      backoffLimit: 0\n      template:\n        spec:\n          \
         restartPolicy: Never\n          automountServiceAccountToken: false\n          securityContext:\n            \
         runAsNonRoot: true\n            runAsUser: 10001\n            seccompProfile: {{type: RuntimeDefault}}\n          \
         containers:\n            - name: hhgit\n              image: registry.example.org/hhgit:latest\n              args:\n",
        quoted(&when.fields)
    )?;
    for argument in job.arguments_from_nothing() {
        writeln!(out, "                - {}", inert(&argument))?;
    }
    write!(
        out,
        "              envFrom:\n                - secretRef: {{name: hhgit, optional: true}}\n              securityContext:\n                \
         allowPrivilegeEscalation: false\n                readOnlyRootFilesystem: true\n                capabilities: {{drop: [ALL]}}\n              \
         volumeMounts:\n                - {{name: tmp, mountPath: /tmp}}\n          volumes:\n            - {{name: tmp, emptyDir: {{}}}}\n"
    )
}

/// A text in which Kubernetes finds no variable.
fn inert(text: &str) -> String {
    quoted(&text.replace("$(", "$$("))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_holds_no_variable_of_kubernetes() {
        assert_eq!(inert("a $(B) \"c\": # d"), "\"a $$(B) \\\"c\\\": # d\"");
    }
}
