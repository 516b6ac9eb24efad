// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.redrive.cli.http.Api;
import dev.redrive.cli.http.Lease;
import dev.redrive.cli.screen.Paint;
import dev.redrive.cli.screen.Times;
import dev.redrive.cli.work.Ending;
import dev.redrive.cli.work.Report;
import dev.redrive.cli.work.Verdict;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;

/** Shows what a worker does: a line a message. Thread-safe. */
final class WorkReport implements Report {
  private static final int CAUSE_MAX = 100;

  private final Session session;
  private final Paint paint;
  private final Clock clock;
  private final LongAdder processed = new LongAdder();
  private final LongAdder retried = new LongAdder();
  private final LongAdder dead = new LongAdder();
  private final LongAdder handedBack = new LongAdder();
  private final LongAdder unsettled = new LongAdder();

  WorkReport(Session session) {
    this.session = session;
    this.paint = session.terminal().paintErr();
    this.clock = session.terminal().clock();
  }

  /** The worker begins. */
  void waiting(String queue, List<String> command, int concurrency) {
    session.note(
        paint.dim(
            "Working on "
                + queue
                + " with "
                + command.get(0)
                + (concurrency == 1 ? "" : ", " + concurrency + " at once")
                + ". Ctrl-C ends."));
  }

  @Override
  public void settled(Lease lease, Ending ending, Verdict verdict) {
    count(verdict);
    if (session.isJson()) {
      session.printLine(json(lease, ending).put("verdict", word(verdict)));
      return;
    }
    switch (verdict) {
      case ACK -> line(paint.green("✓"), lease, paint.dim("in " + Times.text(ending.took())));
      case RETRY -> line(paint.yellow("↻"), lease, "failed: " + cause(ending));
      case DEAD -> line(paint.red("✗"), lease, "dead: " + cause(ending));
      case RELEASE, NONE -> line(paint.dim("↩"), lease, "handed back, not counted");
    }
  }

  private void count(Verdict verdict) {
    switch (verdict) {
      case ACK -> processed.increment();
      case RETRY -> retried.increment();
      case DEAD -> dead.increment();
      case RELEASE, NONE -> handedBack.increment();
    }
  }

  private static String word(Verdict verdict) {
    return verdict.name().toLowerCase(Locale.ROOT);
  }

  private static ObjectNode json(Lease lease, Ending ending) {
    return Api.object()
        .put("id", lease.id())
        .put("queue", lease.queue())
        .put("attempt", lease.attempt())
        .put("exitCode", ending.exitCode())
        .put("tookMillis", ending.took().toMillis());
  }

  private static String cause(Ending ending) {
    String how = ending.how() == Ending.How.EXITED ? "exit code " + ending.exitCode() : "timed out";
    List<String> lines = ending.errorTail().lines().toList();
    return lines.isEmpty() ? how : how + ": " + Paint.brief(lines.get(lines.size() - 1), CAUSE_MAX);
  }

  @Override
  public void unsettled(Lease lease, Ending ending, String why) {
    unsettled.increment();
    if (session.isJson()) {
      session.printLine(json(lease, ending).put("verdict", "unsettled").put("why", why));
    } else {
      line(paint.red("!"), lease, "not settled, it comes again: " + Paint.plain(why));
    }
  }

  private void line(String sign, Lease lease, String text) {
    String attempt = lease.attempt() == 1 ? "" : paint.dim(" (attempt " + lease.attempt() + ")");
    note(sign + " " + Paint.plain(lease.id()) + attempt + "  " + text);
  }

  private void note(String text) {
    session.note(paint.dim(Times.timeOfDay(clock.instant(), clock)) + " " + text);
  }

  @Override
  public void disconnected(String why) {
    note(paint.yellow("… ") + Paint.plain(why) + "; trying again");
  }

  @Override
  public void reconnected(Duration after) {
    note(paint.green("… ") + "the server is back after " + Times.text(after));
  }

  @Override
  public void stopping(int runningCount, Duration grace) {
    note(
        "stopping: "
            + runningCount
            + (runningCount == 1 ? " command has " : " commands have ")
            + Times.text(grace)
            + " to finish");
  }

  /** The worker ended. */
  void summarise() {
    StringBuilder text = new StringBuilder(processed.sum() + " processed");
    append(text, retried.sum(), " failed");
    append(text, dead.sum(), " dead");
    append(text, handedBack.sum(), " handed back");
    append(text, unsettled.sum(), " not settled");
    session.note(paint.dim(text.toString()));
  }

  private static void append(StringBuilder text, long count, String what) {
    if (count > 0) {
      text.append(", ").append(count).append(what);
    }
  }
}
