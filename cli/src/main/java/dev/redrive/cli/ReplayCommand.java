// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import dev.redrive.cli.http.Api;
import dev.redrive.cli.screen.Progress;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Sends dead letters back to their queues. */
@Command(
    name = "replay",
    header = "Send dead letters back to their queues, each once.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  redrive dead replay order-17",
      "  redrive dead replay --queue orders --reason attempts-exhausted --from 2h --dry-run"
    })
final class ReplayCommand implements Callable<Integer> {
  private final Session session;

  @Mixin Selection selection = new Selection();

  ReplayCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    selection.check();
    Api api = session.api();
    DeadSweep sweep = DeadSweep.replay(api);
    Selection.Chosen chosen = selection.choose(api, sweep, session.terminal().clock());
    SweepReport report = new SweepReport(session, chosen);
    if (selection.isDryRun) {
      return report.tell("matching", sweep.count(chosen.selections()), "would be sent back");
    }
    long count;
    try (Progress progress = new Progress(session.terminal())) {
      count = sweep.run(chosen.selections(), progress);
    }
    return report.tell(
        "replayed", count, "sent back to " + (count == 1 ? "its queue" : "their queues"));
  }
}
