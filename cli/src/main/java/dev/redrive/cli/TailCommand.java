// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redrive.cli.http.Api;
import dev.redrive.cli.http.EventReader;
import dev.redrive.cli.http.RefusedException;
import dev.redrive.cli.screen.Paint;
import dev.redrive.cli.screen.UsageException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what happens, as it happens. */
@Command(
    name = "tail",
    header = "Show what happens to messages, as it happens. Ctrl-C ends.",
    footerHeading = "%nExample:%n",
    footer = "  redrive tail orders --only died,retried")
final class TailCommand implements Callable<Integer> {
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final String KINDS_TEXT =
      "sent, started, succeeded, retried, deferred, died, cancelled, replayed, purged, paused,"
          + " resumed, recognised, dependency";

  /** What an event can tell of. */
  static final List<String> KINDS = List.of(KINDS_TEXT.split(", ", -1));

  private final Session session;
  private final CountDownLatch never = new CountDownLatch(1);

  @Parameters(index = "0", arity = "0..1", paramLabel = "QUEUE", description = "Only this queue.")
  @Nullable String queue;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "KIND",
      description = "Only these: " + KINDS_TEXT + ".")
  Set<String> kinds = Set.of();

  @Option(names = "--max", paramLabel = "N", description = "End after this many events.")
  long max = Long.MAX_VALUE;

  TailCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    check();
    Api api = session.api();
    String path = "/v1/events" + (queue == null ? "" : "?queue=" + Api.segment(queue));
    EventLine line = new EventLine(session.paint(), session.terminal().clock(), queue == null);
    long left = max;
    boolean isFirst = true;
    while (left > 0) {
      try (EventReader events = new EventReader(api.events(path))) {
        left = follow(events, line, left, isFirst);
        isFirst = false;
      } catch (RefusedException e) {
        throw e;
      } catch (IOException e) {
        if (isFirst) {
          throw e;
        }
      }
      if (left > 0) {
        // An error on the screen each second would hide what was seen before, so it waits silently.
        never.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
      }
    }
    return Exit.DONE;
  }

  private void check() {
    for (String kind : kinds) {
      if (!KINDS.contains(kind)) {
        throw new UsageException(
            "--only does not know '" + kind + "'. It knows: " + KINDS_TEXT + ".");
      }
    }
    if (max < 1) {
      throw new UsageException("--max is greater than zero.");
    }
  }

  private long follow(EventReader events, EventLine line, long left, boolean isFirst)
      throws IOException {
    Paint paint = session.terminal().paintErr();
    session.note(paint.dim(isFirst ? "Listening; Ctrl-C ends." : "… connected again"));
    try {
      Optional<JsonNode> event = events.next();
      while (event.isPresent()) {
        if (isWanted(event.get())) {
          show(event.get(), line);
          left--;
        }
        // Whoever read the lines, such as head, may have had enough.
        if (left == 0 || session.terminal().out().checkError()) {
          return 0;
        }
        event = events.next();
      }
    } catch (IOException e) {
      session.note(paint.yellow("… ") + "the connection broke; trying again");
      return left;
    }
    session.note(paint.yellow("… ") + "the server ended the connection; trying again");
    return left;
  }

  private boolean isWanted(JsonNode event) {
    return kinds.isEmpty() || kinds.contains(event.path("event").asText());
  }

  private void show(JsonNode event, EventLine line) {
    if (session.isJson()) {
      session.printLine(event);
    } else {
      session.print(line.of(event));
    }
  }
}
