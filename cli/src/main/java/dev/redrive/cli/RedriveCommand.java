// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command that has all others. */
@Command(
    name = "redrive",
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    description =
        "Reliable delivery: messages are retried until they succeed, or kept to be mended.",
    footerHeading = "%n",
    footer = {
      "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 server unreachable.",
      "Environment: REDRIVE_URL, REDRIVE_API_KEY, NO_COLOR; for serve also REDRIVE_BIND",
      "and REDRIVE_TRANSPORT.",
      "See it at work with `redrive demo`; use it with `redrive serve`."
    })
final class RedriveCommand implements Callable<Integer> {
  @Mixin final GlobalOptions global;
  @Spec CommandSpec spec;

  RedriveCommand(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return Exit.USAGE;
  }
}
