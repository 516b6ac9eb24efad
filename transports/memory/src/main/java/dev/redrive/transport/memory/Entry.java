// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory;

import dev.redrive.spi.InMessage;
import dev.redrive.spi.OutMessage;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A message in a queue, where it is and what is counted. Guarded by its queue's lock. */
final class Entry {
  /** Where an entry is. */
  enum Place {
    WAITING,
    LEASED,
    DEAD,
    ENDED
  }

  // An estimate of what the objects around a message take, so that empty bodies are not free.
  private static final int OVERHEAD_BYTES = 400;

  private final OutMessage sent;
  private final Instant firstSeen;

  private long number;
  private Map<String, String> headers;
  private Instant dueAt;
  private int attempt = 1;
  private int crashes;
  private Place place = Place.WAITING;
  private boolean isBegun;
  // Null while the entry is not leased.
  private @Nullable MemoryLease lease;
  // Only of use while the entry is dead.
  private long deathNumber;

  Entry(OutMessage sent, long number, Instant firstSeen) {
    this.sent = sent;
    this.number = number;
    this.firstSeen = firstSeen;
    this.headers = Map.copyOf(sent.headers());
    this.dueAt = sent.notBefore();
  }

  /** By due time, and of one time in the order sent. */
  static int byDueTime(Entry one, Entry other) {
    int byTime = one.dueAt.compareTo(other.dueAt);
    return byTime != 0 ? byTime : Long.compare(one.number, other.number);
  }

  String id() {
    return sent.id();
  }

  boolean isUnique() {
    return sent.isUnique();
  }

  String key() {
    return sent.key();
  }

  byte[] body() {
    return sent.body();
  }

  /** Its place in the order sent. */
  long number() {
    return number;
  }

  /** Gives it a place behind all that were sent by now; it must not be waiting. */
  void moveTo(long last) {
    number = last;
  }

  Instant firstSeen() {
    return firstSeen;
  }

  Map<String, String> headers() {
    return headers;
  }

  Instant dueAt() {
    return dueAt;
  }

  int attempt() {
    return attempt;
  }

  Place place() {
    return place;
  }

  boolean isBegun() {
    return isBegun;
  }

  /** Attempts that count, with the one that runs. */
  int attemptsCounted() {
    return place == Place.LEASED && isBegun ? attempt : attempt - 1;
  }

  boolean isHeldBy(MemoryLease candidate) {
    return lease == candidate;
  }

  long deathNumber() {
    return deathNumber;
  }

  /** What it takes of the memory, about. */
  long bytes() {
    long chars = sent.id().length() + (long) sent.key().length();
    for (Map.Entry<String, String> header : headers.entrySet()) {
      chars += header.getKey().length() + (long) header.getValue().length();
    }
    return OVERHEAD_BYTES + sent.body().length + 2 * chars;
  }

  InMessage inMessage(MemoryLease under) {
    return new InMessage(
        under, id(), key(), attempt, crashes, dueAt, firstSeen, headers, sent.body());
  }

  void lease(MemoryLease given) {
    place = Place.LEASED;
    lease = given;
    isBegun = false;
  }

  void begin() {
    isBegun = true;
  }

  /** Ends the lease; the entry is to be put somewhere else at once. */
  void unlease(Place next) {
    place = next;
    lease = null;
    isBegun = false;
  }

  void countAttempt() {
    attempt++;
  }

  void countCrash() {
    attempt++;
    crashes++;
  }

  void dueAt(Instant changed) {
    dueAt = changed;
  }

  void addHeaders(Map<String, String> added) {
    if (!added.isEmpty()) {
      Map<String, String> merged = new HashMap<>(headers);
      merged.putAll(added);
      headers = Map.copyOf(merged);
    }
  }

  void die(long deathNumber) {
    this.deathNumber = deathNumber;
  }

  /** Makes it as new, due now, with these headers. */
  void revive(Instant now, Map<String, String> changed) {
    place = Place.WAITING;
    attempt = 1;
    crashes = 0;
    dueAt = now;
    headers = Map.copyOf(changed);
  }
}
