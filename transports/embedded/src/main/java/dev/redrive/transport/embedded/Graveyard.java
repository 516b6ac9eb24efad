// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.embedded;

import dev.redrive.DeadLetter;
import dev.redrive.DeadLetterFilter;
import dev.redrive.retry.Reason;
import dev.redrive.spi.Replay;
import dev.redrive.spi.WireHeaders;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Reads the dead letters of one queue. */
final class Graveyard {
  /** Marks a letter whose message was damaged on the disk; it cannot be replayed. */
  static final String DAMAGED = WireHeaders.PREFIX + "damaged";

  private final QueueState queue;
  private final Store store;

  Graveyard(QueueState queue, Store store) {
    this.queue = queue;
    this.store = store;
  }

  /**
   * A dead letter and where it stands.
   *
   * @param place the place
   * @param record what stands there
   * @param letter the same, as others see it
   */
  record Grave(Place place, DeadRecord record, DeadLetter letter) {
    boolean isDamaged() {
      return record.message().headers().containsKey(DAMAGED);
    }

    /** The message as it goes back to its queue. */
    MessageRecord replayed(long now) {
      MessageRecord message = record.message();
      return message.renewed(Replay.headers(message.headers(), Instant.ofEpochMilli(now)));
    }
  }

  /**
   * Shows those that match, oldest first, for as long as the visitor says true.
   *
   * @return where the one stands that the visitor refused; empty if it took all
   */
  Optional<Place> walk(DeadLetterFilter filter, Place from, Predicate<Grave> visitor) {
    if (!filter.ids().isEmpty()) {
      return walkIds(filter, from, visitor);
    }
    Place start =
        filter
            .from()
            .map(time -> new Place(Math.max(0, time.toEpochMilli()), 0))
            .filter(from::isBefore)
            .orElse(from);
    try (Cursor cursor =
        store.scan(
            Family.DEAD, Keys.place(queue.number(), start), Keys.start(queue.number() + 1))) {
      for (; cursor.isValid(); cursor.next()) {
        Grave grave = read(cursor.key(), cursor.value());
        boolean isPast =
            filter.to().map(end -> !grave.letter().diedAt().isBefore(end)).orElse(false);
        if (isPast) {
          return Optional.empty();
        }
        if (filter.matches(grave.letter()) && !visitor.test(grave)) {
          return Optional.of(grave.place());
        }
      }
      return Optional.empty();
    }
  }

  private Optional<Place> walkIds(DeadLetterFilter filter, Place from, Predicate<Grave> visitor) {
    return filter.ids().stream()
        .map(this::find)
        .flatMap(Optional::stream)
        .filter(grave -> !grave.place().isBefore(from) && filter.matches(grave.letter()))
        .sorted((one, other) -> one.place().compareTo(other.place()))
        .filter(grave -> !visitor.test(grave))
        .map(Grave::place)
        .findFirst();
  }

  Optional<Grave> find(String id) {
    return placeOf(id)
        .flatMap(
            place -> {
              byte[] key = Keys.place(queue.number(), place);
              return store.get(Family.DEAD, key).map(value -> read(key, value));
            });
  }

  /** True if this dead letter still stands where it was read. */
  boolean isThere(Grave grave) {
    if (grave.isDamaged()) {
      // Its id may not be known.
      return store.get(Family.DEAD, Keys.place(queue.number(), grave.place())).isPresent();
    }
    return placeOf(grave.letter().id()).equals(Optional.of(grave.place()));
  }

  private Optional<Place> placeOf(String id) {
    byte[] idKey = Keys.id(queue.number(), id);
    return store
        .get(Family.DEAD_IDS, idKey)
        .map(value -> PointerRecord.decode(idKey, value).place());
  }

  private Grave read(byte[] key, byte[] value) {
    Place place = Keys.place(key);
    DeadRecord record = decode(key, value);
    MessageRecord message = record.message();
    Map<String, String> own = new LinkedHashMap<>(message.headers());
    own.keySet().removeIf(name -> name.startsWith(WireHeaders.PREFIX));
    DeadLetter letter =
        new DeadLetter(
            message.id(),
            queue.name(),
            record.reason(),
            record.failure(),
            record.fingerprint(),
            message.attempts(),
            Instant.ofEpochMilli(message.firstSeen()),
            Instant.ofEpochMilli(place.time()),
            message.key().isEmpty() ? Optional.empty() : Optional.of(message.key()),
            Collections.unmodifiableMap(own),
            message.body(),
            StatusReader.history(message));
    return new Grave(place, record, letter);
  }

  private DeadRecord decode(byte[] key, byte[] value) {
    try {
      return DeadRecord.decode(key, value);
    } catch (CorruptRecordException e) {
      // It must not keep the others from being seen, and a purge must free its id and its line.
      Place place = Keys.place(key);
      return damaged(Trace.of(store, queue, Family.DEAD_IDS, place), place, e);
    }
  }

  /** The letter for a message of which no more is known than this. */
  static DeadRecord damaged(Trace trace, Place place, CorruptRecordException cause) {
    MessageRecord message =
        new MessageRecord(
            trace.id().orElse("damaged-" + place.seq()),
            trace.key().orElse(""),
            place.time(),
            0,
            0,
            trace.line(),
            Map.of(DAMAGED, "true"),
            new byte[0]);
    return new DeadRecord(
        Reason.UNDECODABLE,
        "The message's record was damaged on the disk: "
            + cause.getMessage()
            + ". It cannot be replayed.",
        "damaged record",
        message);
  }

  /** A page's cursor: where the next page begins. */
  static String cursor(Place place) {
    return place.time() + "-" + place.seq();
  }

  static Place place(String cursor) {
    if (!cursor.matches("[0-9]{1,18}-[0-9]{1,18}")) {
      throw new IllegalArgumentException("This is not a cursor of an earlier page: " + cursor);
    }
    int dash = cursor.indexOf('-');
    return new Place(
        Long.parseLong(cursor.substring(0, dash)), Long.parseLong(cursor.substring(dash + 1)));
  }
}
