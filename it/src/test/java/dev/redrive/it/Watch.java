// SPDX-License-Identifier: Apache-2.0

package dev.redrive.it;

import dev.redrive.TransportState;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;

/** Notes when a transport has no connection. Called by one thread at a time, as transports do. */
final class Watch implements Consumer<TransportState> {
  private final Reach reach;
  private final Witness witness;
  private final InstantSource clock = InstantSource.system();
  private Optional<Instant> lost = Optional.empty();

  Watch(Reach reach, Witness witness) {
    this.reach = reach;
    this.witness = witness;
  }

  @Override
  public void accept(TransportState state) {
    Instant now = clock.instant();
    switch (state) {
      case DOWN -> lost = lost.or(() -> Optional.of(now));
      // What is blocked stands still, and nobody forgets it.
      case UP, BLOCKED -> {
        lost.ifPresent(from -> witness.cut(new Window(reach, from, now)));
        lost = Optional.empty();
      }
      case FENCED -> witness.wrong("a transport has given up");
    }
  }
}
