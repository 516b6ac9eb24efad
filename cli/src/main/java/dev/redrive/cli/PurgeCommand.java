// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import dev.redrive.cli.http.Api;
import dev.redrive.cli.screen.Progress;
import dev.redrive.cli.screen.Terminal;
import dev.redrive.cli.screen.UsageException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Deletes dead letters. */
@Command(
    name = "purge",
    header = "Delete dead letters of a queue for good.",
    footerHeading = "%nExample:%n",
    footer = "  redrive dead purge --queue orders --reason expired --to 30d")
final class PurgeCommand implements Callable<Integer> {
  private final Session session;

  @Mixin Selection selection = new Selection();

  @Option(names = "--yes", description = "Do not ask.")
  boolean isSure;

  PurgeCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    selection.check();
    if (selection.ids.isEmpty() && selection.filter.queue == null) {
      throw new UsageException("Say of which queue: --queue. Deleting is for one queue at a time.");
    }
    Api api = session.api();
    DeadSweep sweep = DeadSweep.purge(api);
    Selection.Chosen chosen = selection.choose(api, sweep, session.terminal().clock());
    SweepReport report = new SweepReport(session, chosen);
    long matching = sweep.count(chosen.selections());
    if (selection.isDryRun) {
      return report.tell("matching", matching, "would be deleted");
    }
    if (matching > 0 && !isSure && !isConfirmed(matching)) {
      session.note("Nothing was deleted.");
      return Exit.FAILED;
    }
    long count;
    try (Progress progress = new Progress(session.terminal())) {
      count = sweep.run(chosen.selections(), progress);
    }
    return report.tell("purged", count, "deleted");
  }

  private boolean isConfirmed(long count) throws IOException {
    Terminal terminal = session.terminal();
    if (!terminal.ttys().isIn()) {
      throw new UsageException("Nobody is there to confirm it; add --yes to be sure.");
    }
    terminal.err().print("Delete " + SweepReport.letters(count) + " for good? [y/N] ");
    terminal.err().flush();
    String answer =
        new BufferedReader(new InputStreamReader(terminal.in(), StandardCharsets.UTF_8)).readLine();
    return answer != null && List.of("y", "yes").contains(answer.strip().toLowerCase(Locale.ROOT));
  }
}
