// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Measures, and prints a table. Names choose what is measured: {@code tasks}, {@code pending},
 * {@code embedded}, {@code order}, {@code open}, {@code lateness}, {@code http}, {@code rabbitmq},
 * {@code kafka}; without any, all of it. {@code rabbitmq-consuming}, {@code kafka-consuming},
 * {@code kafka-parallel} and {@code kafka-retries} are parts. {@code --backlog N} sets how many
 * messages wait, five million without it.
 */
public final class Benchmarks {
  private static final int BACKLOG = 5_000_000;
  private static final List<String> ALL =
      List.of(
          "tasks", "pending", "embedded", "order", "open", "lateness", "http", "rabbitmq", "kafka");
  private static final List<String> PARTS =
      List.of("rabbitmq-consuming", "kafka-consuming", "kafka-parallel", "kafka-retries");

  private Benchmarks() {}

  /** Runs the benchmarks; ends with 1 if a target is missed. */
  public static void main(String[] arguments) throws Exception {
    List<String> names = new ArrayList<>(List.of(arguments));
    int backlog = BACKLOG;
    int option = names.indexOf("--backlog");
    if (option >= 0) {
      backlog = Integer.parseInt(names.remove(option + 1));
      names.remove(option);
    }
    for (String name : names) {
      if (!ALL.contains(name) && !PARTS.contains(name)) {
        System.err.println("unknown benchmark '" + name + "'; there are " + ALL + PARTS);
        System.exit(2);
      }
    }
    boolean isMet = true;
    System.out.printf(
        Locale.ROOT,
        "Java %s, %d processors. Ratios and times of this run on this machine.%n",
        Runtime.version(),
        Runtime.getRuntime().availableProcessors());
    for (String name : names.isEmpty() ? ALL : names) {
      for (Row row : measure(name, backlog)) {
        System.out.println(row.print());
        isMet &= row.isMet();
      }
    }
    System.exit(isMet ? 0 : 1);
  }

  private static List<Row> measure(String name, int backlog) throws Exception {
    return switch (name) {
      case "tasks" -> List.of(TaskQueueBenchmark.run());
      case "pending" -> PendingRetriesBenchmark.run();
      case "embedded" -> EmbeddedBenchmark.run(backlog);
      case "order" -> OrderBenchmark.run();
      case "open" -> List.of(OpenBenchmark.run(backlog));
      case "lateness" -> List.of(LatenessBenchmark.run());
      case "http" -> HttpBenchmark.run();
      case "rabbitmq" -> RabbitBenchmark.run();
      case "rabbitmq-consuming" -> RabbitBenchmark.runConsuming();
      case "kafka" -> KafkaBenchmark.run();
      case "kafka-consuming" -> KafkaBenchmark.runConsuming();
      case "kafka-parallel" -> KafkaBenchmark.runParallel();
      case "kafka-retries" -> KafkaBenchmark.runRetries();
      default -> throw new IllegalArgumentException(name);
    };
  }
}
