// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import dev.redrive.TransportState;
import java.util.List;
import java.util.function.Consumer;

/** Defects of telling the state, and of coming back. */
final class StateFlaws {
  private StateFlaws() {}

  static List<Defect> all() {
    return List.of(
        Defect.of("T-69", "tells nobody how it is", TellsNobody::new),
        Defect.of("T-70", "asks for nothing again after a lost connection", AsksNoMore::new));
  }

  private static final class TellsNobody extends Flaw {
    @Override
    public void onState(Consumer<TransportState> listener) {}
  }

  private static final class AsksNoMore extends Remote {
    @Override
    void subscribeAgain(FlawedSubscription subscription, int credit) {
      super.subscribeAgain(subscription, 0);
      subscription.inner().drain();
    }
  }
}
