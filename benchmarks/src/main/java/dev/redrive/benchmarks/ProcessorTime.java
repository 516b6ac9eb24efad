// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Processor time that work took, in the process that does it, and in the servers that this process
 * started.
 */
final class ProcessorTime {
  private static final double NANOS_PER_MICRO = 1e3;

  private final int messages;
  private final int rounds;
  private final ProcessHandle worker;
  private final List<Double> here = new ArrayList<>();
  private final List<Double> broker = new ArrayList<>();

  /**
   * Of work that this process does.
   *
   * @param messages how many a run has
   * @param rounds how many runs count, the last ones; those before warm up
   */
  ProcessorTime(int messages, int rounds) {
    this(messages, rounds, ProcessHandle.current());
  }

  /** The same, of work that another process does, which this one started. */
  ProcessorTime(int messages, int rounds, ProcessHandle worker) {
    this.messages = messages;
    this.rounds = rounds;
    this.worker = worker;
  }

  /** Does the work, and takes the time it takes. */
  double of(Side work) throws Exception {
    Duration hereBefore = ofWorker();
    Duration brokerBefore = ofServers();
    double rate = work.run();
    here.add(micros(ofWorker().minus(hereBefore)));
    broker.add(micros(ofServers().minus(brokerBefore)));
    return rate;
  }

  /** Of the process that does the work, in microseconds a message: the median of the rounds. */
  double here() {
    return median(here);
  }

  /** Of the servers, in microseconds a message: the median of the rounds. */
  double broker() {
    return median(broker);
  }

  /** This and another one's, in words. */
  String against(ProcessorTime other) {
    return String.format(
        Locale.ROOT,
        "processor time a message %.1f against %.1f µs, of the broker %.1f against %.1f",
        here(),
        other.here(),
        broker(),
        other.broker());
  }

  private double micros(Duration time) {
    return time.toNanos() / NANOS_PER_MICRO / messages;
  }

  private Duration ofWorker() {
    return total(Stream.of(worker));
  }

  private Duration ofServers() {
    return total(ProcessHandle.current().descendants().filter(process -> !process.equals(worker)));
  }

  private static Duration total(Stream<ProcessHandle> processes) {
    return processes
        .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
        .reduce(Duration.ZERO, Duration::plus);
  }

  private double median(List<Double> values) {
    List<Double> counted =
        values.subList(Math.max(0, values.size() - rounds), values.size()).stream()
            .sorted()
            .toList();
    return counted.isEmpty() ? Double.NaN : counted.get(counted.size() / 2);
  }
}
