// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.lease;

import dev.redrive.Delivery;
import dev.redrive.Message;
import dev.redrive.server.http.Problem;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The deliveries that are leased over HTTP, by tokens that nobody can guess. A token is of no use
 * any more once its delivery is settled or its lease has ended. Thread-safe.
 *
 * <p>Both their number and their bytes are bounded. Another one is taken in while the bytes are
 * below their bound, however large it is: so a large message always goes through in its turn, and
 * the bound is exceeded by one message at most.
 */
public final class LeaseTable {
  private static final int LEASES_MAX = 100_000;
  private static final int TOKEN_BYTES = 16;

  private final Map<String, Lease> leases = new ConcurrentHashMap<>();
  private final AtomicLong bytes = new AtomicLong();
  private final SecureRandom random = new SecureRandom();
  private final InstantSource clock;
  private final long bytesMax;

  private record Lease(Delivery<byte[]> delivery, long bytes) {}

  /** A table that goes by this clock, and holds about this many bytes at most. */
  public LeaseTable(InstantSource clock, long bytesMax) {
    this.clock = clock;
    this.bytesMax = bytesMax;
  }

  /** How many deliveries are leased. */
  public int size() {
    return leases.size();
  }

  /** How many bytes the leased messages have, headers included. */
  public long bytes() {
    return bytes.get();
  }

  /** Forgets leases that have ended; to be called now and then. */
  public void sweep() {
    Instant now = clock.instant();
    leases.forEach(
        (token, lease) -> {
          if (lease.delivery().leaseEnd().isBefore(now)) {
            remove(token);
          }
        });
  }

  /**
   * Checks that there is room.
   *
   * @throws dev.redrive.server.http.ProblemException if there is none
   */
  void checkRoom(int more) {
    if (leases.size() + more > LEASES_MAX || bytes.get() >= bytesMax) {
      throw full().asException();
    }
  }

  /** That there is no room. */
  Problem full() {
    return Problem.of(
            429,
            "too-many-leases",
            "Too many leases",
            "the open leases are as many as may be ("
                + LEASES_MAX
                + "), or their messages as large together ("
                + bytesMax
                + " bytes): settle some first")
        .retryAfter(1);
  }

  /** Takes a delivery in; the answer is its token, or nothing if there is no room. */
  Optional<String> add(Delivery<byte[]> delivery) {
    long size = size(delivery.message());
    if (!take(size)) {
      return Optional.empty();
    }
    byte[] secret = new byte[TOKEN_BYTES];
    random.nextBytes(secret);
    String token = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    leases.put(token, new Lease(delivery, size));
    return Optional.of(token);
  }

  private boolean take(long size) {
    long held;
    do {
      held = bytes.get();
      if (held >= bytesMax) {
        return false;
      }
    } while (!bytes.compareAndSet(held, held + size));
    return true;
  }

  private static long size(Message<byte[]> message) {
    long size = message.payload().length;
    for (Map.Entry<String, String> header : message.headers().entrySet()) {
      size += header.getKey().length() + header.getValue().length();
    }
    return size;
  }

  /**
   * The delivery of a token.
   *
   * @throws dev.redrive.server.http.ProblemException if it is leased no more
   */
  Delivery<byte[]> get(String token) {
    Lease lease = leases.get(token);
    if (lease == null) {
      throw lost().asException();
    }
    return lease.delivery();
  }

  /** Forgets a delivery that is settled. */
  void remove(String token) {
    Lease removed = leases.remove(token);
    if (removed != null) {
      bytes.addAndGet(-removed.bytes());
    }
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
