// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.memory.broken;

import java.util.List;
import java.util.stream.Stream;

/** One defect for each rule. */
final class Defects {
  private Defects() {}

  static List<Defect> all() {
    return Stream.of(
            PublishFlaws.all(),
            HandOverFlaws.all(),
            LeaseFlaws.all(),
            AttemptFlaws.all(),
            SettleFlaws.all(),
            DelayFlaws.all(),
            OrderFlaws.all(),
            SuccessorFlaws.all(),
            DeduplicationFlaws.all(),
            DeadLetterFlaws.all(),
            ReplayFlaws.all(),
            ByIdFlaws.all(),
            CountFlaws.all(),
            StateFlaws.all(),
            CloseFlaws.all(),
            ConcurrencyFlaws.all())
        .flatMap(List::stream)
        .toList();
  }
}
