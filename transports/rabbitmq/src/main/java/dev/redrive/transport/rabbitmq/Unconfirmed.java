// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.rabbitmq;

import com.rabbitmq.client.Return;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Parcels that the broker has not confirmed, by the number that it confirms them by. Used by the
 * publisher's loop alone.
 */
final class Unconfirmed {
  private final TreeMap<Long, Parcel> parcels = new TreeMap<>();

  void add(long number, Parcel parcel) {
    parcels.put(number, parcel);
  }

  int size() {
    return parcels.size();
  }

  /**
   * Takes out what the broker speaks of.
   *
   * @param multiple true if it speaks of all up to that number
   */
  List<Parcel> take(long number, boolean multiple) {
    if (!multiple) {
      Parcel parcel = parcels.remove(number);
      return parcel == null ? List.of() : List.of(parcel);
    }
    Collection<Parcel> upTo = parcels.headMap(number, true).values();
    List<Parcel> taken = List.copyOf(upTo);
    upTo.clear();
    return taken;
  }

  /** Takes all out, in the order in which they were sent. */
  List<Parcel> takeAll() {
    List<Parcel> all = new ArrayList<>(parcels.values());
    parcels.clear();
    return all;
  }

  /**
   * The broker could not route one. It says where that was to go and not which it was: those of one
   * address and id are equally unroutable, so that the oldest one will do.
   */
  void returned(Return returned) {
    Parcel.Address address = new Parcel.Address(returned.getExchange(), returned.getRoutingKey());
    String id = returned.getProperties().getMessageId();
    parcels.values().stream()
        .filter(parcel -> !parcel.isReturned() && parcel.address().equals(address))
        .filter(parcel -> Objects.equals(parcel.properties().getMessageId(), id))
        .findFirst()
        .ifPresent(Parcel::returned);
  }
}
