// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

import dev.redrive.transport.kafka.KafkaLease.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who is before whom, in a partition of an ordered queue. The messages of a key stand in a line, by
 * the offsets that they came at. A message keeps its place while it waits, is tried again, or is
 * dead; only the first of a line may be handed over.
 *
 * <p>Those that stand in line lie in the log, which was read up to there, or are parked: copied to
 * the parked topic, so that what is behind them can be read and settled. Parked are those that are
 * to wait longer than others should for them: what is retried, dead or not yet due, and all behind
 * that; and what comes when many wait already.
 *
 * <p>So one that is parked may be further back than some in the log that whoever has the partition
 * anew has not read yet: nobody is first before the log was read up to its place.
 *
 * <p>All of it is in memory, and bounded: beyond that nothing is read of the partition. Used by the
 * queue's thread alone. All costs O(log n), but for {@link #toPark}, {@link #waitingCount} and
 * {@link #leases}.
 */
final class Lines {
  private static final int ROOM_AGAIN_PERCENT = 90;

  private final Bounds bounds;
  private final Map<String, Line> lines = new HashMap<>();
  private final Map<Long, Spot> spots = new HashMap<>();
  // What is to be done with messages that are about to be dead.
  private final Map<Long, Parked> expected = new HashMap<>();
  // Parked ones that the log was not read up to.
  private final TreeSet<Long> ahead = new TreeSet<>();
  private long position;
  private int heldBack;
  private int parked;
  private long bytes;
  private boolean isFull;

  /**
   * How much may wait in line in a partition.
   *
   * @param messages that are parked
   * @param bytes of them
   * @param heldBack messages that wait in the log behind others
   */
  record Bounds(int messages, long bytes, int heldBack) {
    private static final int MESSAGES = 20_000;
    private static final long BYTES = 32L * 1_024 * 1_024;
    private static final int HELD_BACK = 400;

    static Bounds of(OrderBy order) {
      // Where there is one line, nobody would gain from it that what waits is out of the way.
      return new Bounds(MESSAGES, BYTES, order == OrderBy.KEY ? HELD_BACK : Integer.MAX_VALUE);
    }
  }

  /** A message in line. One that is dead is here without its payload, and is never handed over. */
  record Spot(KafkaLease lease, boolean isDead) {
    private boolean isFree() {
      return !isDead && lease.state() == State.IN_HAND;
    }
  }

  private static final class Line {
    private final TreeMap<Long, Spot> spots = new TreeMap<>();
    private int inLog;

    private Spot first() {
      return spots.firstEntry().getValue();
    }

    private int heldBack() {
      return spots.isEmpty() || first().lease().isParked() ? inLog : inLog - 1;
    }
  }

  /** Nobody stands in line. */
  Lines(Bounds bounds) {
    this.bounds = bounds;
  }

  /** Puts a message in line, in the place of what stood there before. */
  void stand(Spot spot) {
    KafkaLease lease = spot.lease();
    remove(lease.offset());
    Line line = lines.computeIfAbsent(lease.line(), name -> new Line());
    heldBack -= line.heldBack();
    line.spots.put(lease.offset(), spot);
    spots.put(lease.offset(), spot);
    count(line, spot, 1);
    heldBack += line.heldBack();
    if (lease.offset() >= position) {
      ahead.add(lease.offset());
    }
  }

  /**
   * The log was read up to there.
   *
   * @return those that are first now, and wait for that
   */
  List<KafkaLease> reached(long offset) {
    position = Math.max(position, offset);
    List<KafkaLease> first = new ArrayList<>();
    while (!ahead.isEmpty() && ahead.first() < position) {
      at(ahead.pollFirst())
          .filter(spot -> spot.isFree() && isFirst(spot.lease()))
          .map(Spot::lease)
          .ifPresent(first::add);
    }
    return first;
  }

  private boolean remove(long place) {
    Spot gone = spots.remove(place);
    if (gone == null) {
      return false;
    }
    Line line = Objects.requireNonNull(lines.get(gone.lease().line()));
    heldBack -= line.heldBack();
    line.spots.remove(place);
    count(line, gone, -1);
    heldBack += line.heldBack();
    if (line.spots.isEmpty()) {
      lines.remove(gone.lease().line());
    }
    return true;
  }

  private void count(Line line, Spot spot, int by) {
    if (spot.lease().isParked()) {
      parked += by;
      bytes += by * spot.lease().content().bytes();
    } else {
      line.inLog += by;
    }
  }

  /** Whether nobody of its line is before it, here or in the log. */
  boolean isFirst(KafkaLease lease) {
    Line line = lines.get(lease.line());
    return lease.offset() < position && (line == null || line.spots.firstKey() >= lease.offset());
  }

  /** Whether a message that is not first is to wait in the parked topic, not in the log. */
  boolean isToPark(KafkaLease lease) {
    Spot first = Objects.requireNonNull(lines.get(lease.line())).first();
    return !lease.isParked() && (first.lease().isParked() || heldBack > bounds.heldBack());
  }

  /**
   * A message has left its line for good.
   *
   * @return the one that is first now, if it waits for that
   */
  Optional<KafkaLease> leave(KafkaLease lease) {
    boolean wasFirst = isFirst(lease);
    if (!remove(lease.offset()) || !wasFirst) {
      return Optional.empty();
    }
    return Optional.ofNullable(lines.get(lease.line()))
        .map(Line::first)
        .filter(spot -> spot.isFree() && isFirst(spot.lease()))
        .map(Spot::lease);
  }

  /** Those of a line that wait in the log, when its first does not any more. */
  List<KafkaLease> toPark(String name) {
    Line line = lines.get(name);
    if (line == null || line.inLog == 0 || !line.first().lease().isParked()) {
      return List.of();
    }
    return line.spots.values().stream()
        .filter(Spot::isFree)
        .map(Spot::lease)
        .filter(lease -> !lease.isParked())
        .toList();
  }

  /** Who stands at a place. */
  Optional<Spot> at(long place) {
    return Optional.ofNullable(spots.get(place));
  }

  /** What is to be done with a message that is not known to be dead yet. */
  void expect(Parked wanted) {
    expected.put(wanted.place(), wanted);
  }

  /** What is to be done with the one that died there just now. */
  Optional<Parked> expected(long place) {
    return Optional.ofNullable(expected.remove(place));
  }

  /** Whether some are parked that the log was not read up to. */
  boolean isAhead() {
    return !ahead.isEmpty();
  }

  /** Whether there is room for a payload that comes back. */
  boolean hasRoom() {
    return bytes < 2 * bounds.bytes();
  }

  /** Whether no more is to be read of the partition for now. */
  boolean isFull() {
    int percent = isFull ? ROOM_AGAIN_PERCENT : 100;
    isFull =
        parked * 100L >= (long) percent * bounds.messages()
            || bytes * 100 >= percent * bounds.bytes();
    return isFull;
  }

  /** How many wait in the log behind others. */
  int heldBack() {
    return heldBack;
  }

  /** How many are parked, and neither dead nor handed over. */
  int waitingCount() {
    return (int)
        spots.values().stream()
            .filter(spot -> spot.lease().isParked())
            .filter(Spot::isFree)
            .count();
  }

  /** All that stand in line. */
  List<KafkaLease> leases() {
    return spots.values().stream().map(Spot::lease).toList();
  }
}
