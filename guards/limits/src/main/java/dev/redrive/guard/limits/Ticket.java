// SPDX-License-Identifier: Apache-2.0

package dev.redrive.guard.limits;

/**
 * A message's place in a {@link Line}. Guarded by the lock of the line's gate.
 *
 * <p>It counts among those that wait from the moment it is told a turn. One that does not come at
 * its turn counts no more, but keeps its round for a while in case it comes after all.
 */
final class Ticket implements Comparable<Ticket> {
  // After all others of the round.
  private static final long NO_PLACE = Long.MAX_VALUE;

  private final String id;
  // Where it stands among the others: these change only while it is not counted.
  private long round;
  private long place = NO_PLACE;
  private long turn;

  Ticket(String id, long round) {
    this.id = id;
    this.round = round;
  }

  String id() {
    return id;
  }

  long round() {
    return round;
  }

  /** Its place among those of its round, while it is counted. */
  long place() {
    return place;
  }

  /** When it was told to come, in nanoseconds of the gate's time. */
  long turn() {
    return turn;
  }

  boolean isCounted() {
    return place != NO_PLACE;
  }

  void count(long inRound, long atPlace) {
    round = inRound;
    place = atPlace;
  }

  void uncount() {
    place = NO_PLACE;
  }

  void tell(long turn) {
    this.turn = turn;
  }

  @Override
  public int compareTo(Ticket other) {
    int byRound = Long.compare(round, other.round);
    return byRound != 0 ? byRound : Long.compare(place, other.place);
  }
}
