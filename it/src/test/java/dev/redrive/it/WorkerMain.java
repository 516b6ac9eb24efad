// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import dev.redrive.Redrive;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * A worker in a process of its own, to be killed. What it does it says line by line, each in one
 * write, which the pipe keeps when the process is gone. It ends with its input.
 */
final class WorkerMain {
  static final String READY = "ready";
  static final String CALLED = "called";
  static final String RETURNED = "returned";
  static final String SETTLED = "settled";
  static final String CUT = "cut";
  static final String WRONG = "wrong";

  private WorkerMain() {}

  /** Arguments: the transport's URI, the queue, the plan's seed, the sabotage. */
  public static void main(String[] arguments) throws IOException {
    // What is logged is nothing that it says.
    System.setOut(System.err);
    FlowPlan plan = new FlowPlan(arguments[1], Long.parseLong(arguments[2]));
    Printer printer = new Printer();
    Redrive redrive =
        Sabotage.valueOf(arguments[3]).open(arguments[0], plan, new Watch(Reach.ATTEMPTS, printer));
    try (Crew crew = new LocalCrew(redrive, plan, printer)) {
      printer.print(READY);
      while (System.in.read() >= 0) {
        // Nothing is said to it; its input's end is.
      }
      crew.verify();
    }
  }

  private static final class Printer implements Witness {
    private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);

    synchronized void print(String line) {
      try {
        out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      } catch (IOException gone) {
        throw new UncheckedIOException(gone);
      }
    }

    private void print(String what, String id, int attempt, Instant at) {
      print(String.join(" ", what, id, Integer.toString(attempt), at.toString()));
    }

    @Override
    public void called(String id, int attempt, Instant at) {
      print(CALLED, id, attempt, at);
    }

    @Override
    public void returned(String id, int attempt, Instant at) {
      print(RETURNED, id, attempt, at);
    }

    @Override
    public void settled(String id, int attempt, Instant at) {
      print(SETTLED, id, attempt, at);
    }

    @Override
    public void cut(Window window) {
      print(String.join(" ", CUT, window.from().toString(), window.to().toString()));
    }

    @Override
    public void wrong(String what) {
      print(WRONG + " " + what);
    }
  }
}
