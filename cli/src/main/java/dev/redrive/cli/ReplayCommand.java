// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.redrive.cli.http.Api;
import dev.redrive.cli.screen.Progress;
import java.io.IOException;
import java.util.List;
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
    List<ObjectNode> selections = selection.selections(api, session.terminal().clock());
    DeadSweep sweep = DeadSweep.replay(api);
    if (selection.isDryRun) {
      long count = sweep.count(selections);
      tell("matching", count, "would be sent back");
      return Exit.DONE;
    }
    long count;
    try (Progress progress = new Progress(session.terminal())) {
      count = sweep.run(selections, progress);
    }
    tell("replayed", count, "sent back to " + (count == 1 ? "its queue" : "their queues"));
    boolean isMissing = count < selection.ids.size();
    if (isMissing) {
      session.note(selection.ids.size() - count + " of the ids are no dead letters.");
    }
    return isMissing ? Exit.FAILED : Exit.DONE;
  }

  private void tell(String field, long count, String text) {
    if (session.isJson()) {
      session.print(Api.object().put(field, count));
    } else {
      session.print(count + (count == 1 ? " dead letter " : " dead letters ") + text);
    }
  }
}
