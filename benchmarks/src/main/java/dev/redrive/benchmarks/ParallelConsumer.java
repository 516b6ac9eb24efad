// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Confluent's Parallel Consumer in a process of its own, on the same Java with the same options: it
 * does not run with the client that Redrive has. Its class path is what the system property {@code
 * redrive.parallel-consumer.classpath} says; the module {@code benchmarks/parallel-consumer} puts
 * it together.
 */
final class ParallelConsumer implements AutoCloseable {
  private static final String CLASS_PATH = "redrive.parallel-consumer.classpath";
  private static final String MAIN = "dev.redrive.benchmarks.parallel.ParallelConsumerMain";

  private final Process process;
  private final PrintStream orders;
  private final BufferedReader answers;

  ParallelConsumer(String bootstrap) throws IOException {
    String classPath = System.getProperty(CLASS_PATH, "");
    if (classPath.isEmpty()) {
      throw new IllegalStateException("the system property " + CLASS_PATH + " is not set");
    }
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", classPath, MAIN, bootstrap));
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    orders = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** In which order it handles messages, in its own words. */
  enum Ordering {
    UNORDERED,
    KEY
  }

  /**
   * How many messages a second it handled.
   *
   * @param handled until the last handler returned
   * @param committed until the broker had accepted the last commit
   */
  record Rates(double handled, double committed) {}

  /** Empties a topic of one partition that holds so many messages. */
  Rates empty(String topic, Ordering ordering, int concurrency, int messages) throws Exception {
    orders.println(topic + " " + ordering + " " + concurrency + " " + messages);
    String answer = answers.readLine();
    if (answer == null) {
      throw new IllegalStateException(
          "the Parallel Consumer's process ended: " + process.waitFor());
    }
    String[] rates = answer.split(" ", -1);
    return new Rates(Double.parseDouble(rates[0]), Double.parseDouble(rates[1]));
  }

  /** Its process. */
  ProcessHandle process() {
    return process.toHandle();
  }

  /** Ends the process. */
  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
