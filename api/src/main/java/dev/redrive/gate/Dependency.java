// SPDX-License-Identifier: Apache-2.0

package dev.redrive.gate;

/**
 * Something that attempts need, and what its breaker makes of it. All queues that name it share the
 * breaker. Thread-safe.
 */
public interface Dependency {

  /** Its name, for example a host. */
  String name();

  /** How it stands now. */
  DependencyStatus status();

  /**
   * Holds its messages, whatever comes, until {@link #close} or {@link #release}. Attempts that run
   * go on.
   *
   * @param reason for people
   */
  void open(String reason);

  /**
   * Lets its messages through, whatever comes, until {@link #open} or {@link #release}.
   *
   * @param reason for people
   */
  void close(String reason);

  /** Lets the breaker decide again, beginning closed. Does nothing if nobody forced it. */
  void release(String reason);
}
