// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.lease;

import dev.redrive.Delivery;
import dev.redrive.server.http.Problem;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The deliveries that are leased over HTTP, by tokens that nobody can guess. A token is of no use
 * any more once its delivery is settled or its lease has ended. Thread-safe.
 */
public final class LeaseTable {
  private static final int LEASES_MAX = 100_000;
  private static final int TOKEN_BYTES = 16;

  private final Map<String, Delivery<byte[]>> deliveries = new ConcurrentHashMap<>();
  private final SecureRandom random = new SecureRandom();
  private final InstantSource clock;

  /** A table that goes by this clock. */
  public LeaseTable(InstantSource clock) {
    this.clock = clock;
  }

  /** How many deliveries are leased. */
  public int size() {
    return deliveries.size();
  }

  /** Forgets leases that have ended; to be called now and then. */
  public void sweep() {
    Instant now = clock.instant();
    deliveries.values().removeIf(each -> each.leaseEnd().isBefore(now));
  }

  /**
   * Checks that there is room.
   *
   * @throws dev.redrive.server.http.ProblemException if there is none
   */
  void checkRoom(int more) {
    if (deliveries.size() + more > LEASES_MAX) {
      throw Problem.of(
              429,
              "too-many-leases",
              "Too many leases",
              "there are " + LEASES_MAX + " open leases: settle some first")
          .retryAfter(1)
          .asException();
    }
  }

  /** Takes a delivery in; the answer is its token. */
  String add(Delivery<byte[]> delivery) {
    byte[] bytes = new byte[TOKEN_BYTES];
    random.nextBytes(bytes);
    String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    deliveries.put(token, delivery);
    return token;
  }

  /**
   * The delivery of a token.
   *
   * @throws dev.redrive.server.http.ProblemException if it is leased no more
   */
  Delivery<byte[]> get(String token) {
    Delivery<byte[]> delivery = deliveries.get(token);
    if (delivery == null) {
      throw lost().asException();
    }
    return delivery;
  }

  /** Forgets a delivery that is settled. */
  void remove(String token) {
    deliveries.remove(token);
  }

  static Problem lost() {
    return Problem.of(
        409,
        "lease-lost",
        "The lease is lost",
        "it has ended, was settled, or never was: somebody else may have the message, so drop the"
            + " result");
  }
}
