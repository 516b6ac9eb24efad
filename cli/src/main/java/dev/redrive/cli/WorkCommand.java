// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import dev.redrive.cli.http.Leases;
import dev.redrive.cli.screen.FailedException;
import dev.redrive.cli.screen.Terminal;
import dev.redrive.cli.screen.UsageException;
import dev.redrive.cli.work.Attempts;
import dev.redrive.cli.work.CommandSpec;
import dev.redrive.cli.work.Stop;
import dev.redrive.cli.work.WorkOptions;
import dev.redrive.cli.work.Worker;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs a command for each message of a queue. */
@Command(
    name = "work",
    header = "Run a command for each message of a queue.",
    customSynopsis = "redrive work [OPTIONS] QUEUE -- COMMAND [ARGUMENT...]",
    description =
        "The payload is the command's standard input; id, queue, attempt, key and headers are in"
            + " REDRIVE_ID, REDRIVE_QUEUE, REDRIVE_ATTEMPT, REDRIVE_KEY and REDRIVE_HEADER_<NAME>."
            + " The lease is extended while the command runs.",
    footerHeading = "%nThe command's exit code is the verdict:%n",
    footer = {
      "  0            processed",
      "  65, 100      dead: no further attempt can help",
      "  all others   failed: the queue's policy decides (75 is the usual code)",
      "The end of its standard error is kept as the failure. Ctrl-C lets commands",
      "finish within the grace period and hands the rest back, uncounted.",
      "",
      "Examples:",
      "  redrive work inbox -- cat",
      "  redrive work inbox --concurrency 4 -- curl -fsS -d @- https://example.com/hook"
    })
final class WorkCommand implements Callable<Integer> {
  private static final int CONCURRENCY_MAX = 1_000;
  private static final Duration LEASE_MIN = Duration.ofSeconds(1);
  private static final Duration LEASE_MAX = Duration.ofHours(12);
  private static final Duration KILL_MARGIN = Duration.ofSeconds(20);

  private final Session session;

  @Parameters(index = "0", paramLabel = "QUEUE", description = "The queue.")
  String queue = "";

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "COMMAND",
      description = "The program and its arguments, after --.")
  List<String> command = List.of();

  @Option(
      names = "--concurrency",
      paramLabel = "N",
      defaultValue = "1",
      description = "How many commands run at once (default: ${DEFAULT-VALUE}).")
  int concurrency;

  @Option(
      names = "--lease",
      paramLabel = "TIME",
      defaultValue = "30s",
      description = "For how long a message is leased at a time (default: ${DEFAULT-VALUE}).")
  Duration lease = Duration.ZERO;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "10m",
      description = "Kill a command, with all it started, after this time (default: 10m).")
  Duration timeout = Duration.ZERO;

  @Option(
      names = "--grace",
      paramLabel = "TIME",
      defaultValue = "10s",
      description = "How long commands may go on after Ctrl-C (default: 10s).")
  Duration grace = Duration.ZERO;

  @Option(
      names = "--give-up-after",
      paramLabel = "TIME",
      description = "End with exit code 3 when the server was away this long (default: never).")
  @Nullable Duration giveUpAfter;

  @ArgGroup Until until = new Until();

  /** When to end, unless never. */
  static final class Until {
    @Option(names = "--once", description = "End after one message.")
    boolean isOnce;

    @Option(names = "--max", paramLabel = "N", description = "End after this many messages.")
    @Nullable Long max;

    @Option(names = "--drain", description = "End when nothing is due.")
    boolean isDrain;
  }

  WorkCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws Exception {
    check();
    Terminal terminal = session.terminal();
    ExecutorService threads = Executors.newCachedThreadPool();
    ExecutorService pumps = Executors.newCachedThreadPool(WorkCommand::daemon);
    CommandSpec spec =
        new CommandSpec(
            command, timeout, terminal, session.isJson() ? terminal.err() : terminal.out(), pumps);
    if (!spec.isFound()) {
      throw new FailedException(
          "there is no program '" + command.get(0) + "' to run",
          "Check its name and PATH; for a line of shell, write -- sh -c '…'.");
    }
    Stop stop = new Stop(Thread.currentThread());
    WorkReport report = new WorkReport(session);
    Leases leases = new Leases(session.api(), queue);
    Attempts attempts =
        new Attempts(
            leases, spec, lease, stop, report, () -> ThreadLocalRandom.current().nextDouble());
    Worker worker = new Worker(leases, options(), attempts, threads, terminal.clock());
    return run(worker, stop, report);
  }

  private int run(Worker worker, Stop stop, WorkReport report) throws IOException {
    Shutdown shutdown = Shutdown.hook(stop::request, grace.plus(KILL_MARGIN));
    int code = Exit.FAILED;
    try {
      report.waiting(queue, command, concurrency);
      Worker.End end = worker.run();
      report.summarise();
      code = end == Worker.End.UNREACHABLE ? Exit.UNREACHABLE : Exit.DONE;
      return code;
    } finally {
      shutdown.ended(code);
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "redrive-pump");
    thread.setDaemon(true);
    return thread;
  }

  private WorkOptions options() {
    OptionalLong max =
        until.isOnce
            ? OptionalLong.of(1)
            : until.max == null ? OptionalLong.empty() : OptionalLong.of(until.max);
    return new WorkOptions(
        concurrency, lease, grace, max, until.isDrain, Optional.ofNullable(giveUpAfter));
  }

  private void check() {
    if (concurrency < 1 || concurrency > CONCURRENCY_MAX) {
      throw new UsageException("--concurrency is from 1 to " + CONCURRENCY_MAX + ".");
    }
    if (lease.compareTo(LEASE_MIN) < 0 || lease.compareTo(LEASE_MAX) > 0) {
      throw new UsageException("--lease is from 1s to 12h.");
    }
    if (timeout.isZero() || (until.max != null && until.max < 1)) {
      throw new UsageException("--timeout and --max are greater than zero.");
    }
  }
}
