// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Compares what was sent, what the server says, and what the destination saw. */
final class Audit {
  private final List<Parcel> sent;
  private final Map<String, Counts> counts;
  private final Receiver receiver;
  private final Watch watch;

  Audit(List<Parcel> sent, Map<String, Counts> counts, Receiver receiver, Watch watch) {
    this.sent = sent;
    this.counts = counts;
    this.receiver = receiver;
    this.watch = watch;
  }

  /** How many attempts the server's events tell of, for messages of this queue. */
  long attempts(String queue) {
    return sent.stream()
        .filter(parcel -> parcel.queue().equals(queue))
        .mapToLong(watch::started)
        .sum();
  }

  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    findings.add(
        Finding.equal("The server took every message that was sent", sent.size(), sum(Field.SENT)));
    findings.add(
        Finding.equal(
            "Each of them succeeded or is kept as a dead letter",
            sum(Field.SENT),
            sum(Field.SUCCEEDED) + sum(Field.DEAD)));
    findings.add(
        Finding.equal(
            "The destination saw each attempt as one delivery", attempts(), deliveries()));
    findings.add(Finding.none("It does so for each single message", unequal()));
    findings.add(
        Finding.equal("It accepted each succeeded message", sum(Field.SUCCEEDED), accepted()));
    findings.add(Finding.none("It accepted none twice", receiver.duplicates()));
    findings.add(Finding.none("No payload was changed on the way", receiver.wrong()));
    findings.add(Finding.none("No signature was wrong", receiver.forged()));
    return findings;
  }

  private enum Field {
    SENT,
    SUCCEEDED,
    DEAD
  }

  private long sum(Field field) {
    return counts.values().stream()
        .mapToLong(
            count ->
                switch (field) {
                  case SENT -> count.sent();
                  case SUCCEEDED -> count.succeeded();
                  case DEAD -> count.dead();
                })
        .sum();
  }

  private long attempts() {
    return sent.stream().mapToLong(watch::started).sum();
  }

  private long deliveries() {
    return Shop.QUEUES.stream().mapToLong(receiver::received).sum();
  }

  private long accepted() {
    return Shop.QUEUES.stream().mapToLong(receiver::accepted).sum();
  }

  private long unequal() {
    return sent.stream()
        .filter(parcel -> watch.started(parcel) != receiver.received(parcel))
        .count();
  }
}
