// SPDX-License-Identifier: Apache-2.0

package dev.redrive.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Processor time that work took, here and in the servers that this process started. */
final class ProcessorTime {
  private static final double NANOS_PER_MICRO = 1e3;

  private final int messages;
  private final int rounds;
  private final List<Double> here = new ArrayList<>();
  private final List<Double> broker = new ArrayList<>();

  /**
   * @param messages how many a run has
   * @param rounds how many runs count, the last ones; those before warm up
   */
  ProcessorTime(int messages, int rounds) {
    this.messages = messages;
    this.rounds = rounds;
  }

  /** Does the work, and takes the time it takes. */
  double of(Side work) throws Exception {
    Duration hereBefore = ofThisProcess();
    Duration brokerBefore = ofServers();
    double rate = work.run();
    here.add(micros(ofThisProcess().minus(hereBefore)));
    broker.add(micros(ofServers().minus(brokerBefore)));
    return rate;
  }

  /** Of this process, in microseconds a message: the median of the rounds. */
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

  private static Duration ofThisProcess() {
    return total(Stream.of(ProcessHandle.current()));
  }

  private static Duration ofServers() {
    return total(ProcessHandle.current().descendants());
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
