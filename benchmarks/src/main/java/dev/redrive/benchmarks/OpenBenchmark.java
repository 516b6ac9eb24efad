// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import dev.redrive.Codec;
import dev.redrive.Queue;
import dev.redrive.QueueOptions;
import dev.redrive.Redrive;
import dev.redrive.core.Engine;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/**
 * How long a killed process needs until it hands over its first message again, with millions
 * waiting and a small heap. Loading and opening happen in processes of their own; the first one is
 * killed while it still sends.
 */
final class OpenBenchmark {
  private static final String LOADED = "loaded";
  private static final String HEAP = "-Xmx256m";
  private static final int OPENINGS = 5;
  private static final double NANOS_PER_MILLI = 1e6;

  private OpenBenchmark() {}

  static Row run(int backlog) throws Exception {
    try (Folders folder = new Folders()) {
      load(folder, backlog);
      double[] millis = new double[OPENINGS];
      for (int i = 0; i < OPENINGS; i++) {
        millis[i] = open(folder);
      }
      Arrays.sort(millis);
      return Row.millis(
          String.format(Locale.ROOT, "embedded: kill -9 to first hand-over, %,d", backlog),
          2_000,
          millis[OPENINGS / 2],
          String.format(
              Locale.ROOT,
              "%.0f to %.0f ms in %d kills, each process with %s",
              millis[0],
              millis[OPENINGS - 1],
              OPENINGS,
              HEAP));
    }
  }

  private static void load(Folders folder, int backlog) throws Exception {
    Process loader = child("load", folder.path().toString(), Integer.toString(backlog));
    try (BufferedReader out = reader(loader)) {
      String line = out.readLine();
      while (line != null && !line.equals(LOADED)) {
        System.out.println(line);
        line = out.readLine();
      }
      if (line == null) {
        throw new IllegalStateException("the loading process ended with " + loader.waitFor());
      }
    } finally {
      loader.destroyForcibly().waitFor();
    }
  }

  private static double open(Folders folder) throws Exception {
    Process opener = child("open", folder.path().toString());
    try (BufferedReader out = reader(opener)) {
      String line = out.readLine();
      if (line == null) {
        throw new IllegalStateException("the opening process ended with " + opener.waitFor());
      }
      return Double.parseDouble(line);
    } finally {
      opener.destroyForcibly().waitFor();
    }
  }

  private static BufferedReader reader(Process process) {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  private static Process child(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.add(HEAP);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(OpenBenchmark.class.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** The two processes: {@code load FOLDER COUNT} and {@code open FOLDER}. */
  public static void main(String[] arguments) throws Exception {
    long began = System.nanoTime();
    // Never closed: the process is killed.
    Redrive redrive = Engine.open("embedded:" + arguments[1]);
    Queue<byte[]> queue =
        redrive.queue(QueueOptions.builder("bench", Codec.bytes()).concurrency(1).build());
    if (arguments[0].equals("load")) {
      EmbeddedBenchmark.preload(queue, Integer.parseInt(arguments[2]));
      queue.send(new byte[1]).toCompletableFuture().join();
      System.out.println(LOADED);
      while (true) {
        queue.send(new byte[1]).toCompletableFuture().join();
      }
    }
    CountDownLatch handed = new CountDownLatch(1);
    queue.handle(
        message -> {
          handed.countDown();
          // Is not acknowledged, so that the next opening finds it too.
          new CountDownLatch(1).await();
        });
    handed.await();
    System.out.println((System.nanoTime() - began) / NANOS_PER_MILLI);
    new CountDownLatch(1).await();
  }
}
