// SPDX-License-Identifier: Apache-2.0

package dev.redrive.testkit;

import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * The rules of {@code docs/spec/transport.md} as tests. A transport extends this class, gives it a
 * harness, and passes all of them: what it cannot do, it must refuse as the rule says.
 *
 * <pre>{@code
 * class RedisTransportContractTest extends TransportContract {
 *   @Override
 *   protected TransportHarness newHarness() {
 *     return new RedisHarness();
 *   }
 * }
 * }</pre>
 */
public abstract class TransportContract
    implements PublishContract,
        HandOverContract,
        LeaseContract,
        AttemptContract,
        SettleContract,
        DelayContract,
        OrderContract,
        SuccessorsContract,
        DeduplicationContract,
        DeadLetterContract,
        ReplayContract,
        ByIdContract,
        StatsContract,
        LimitContract,
        StateContract,
        CloseContract,
        ConcurrencyContract {
  private Optional<TransportHarness> harness = Optional.empty();

  /** For the subclass. */
  protected TransportContract() {}

  /** A harness for one test; it is closed after it. */
  protected abstract TransportHarness newHarness();

  @Override
  public final TransportHarness harness() {
    return harness.orElseThrow();
  }

  @BeforeEach
  final void openHarness() {
    harness = Optional.of(newHarness());
  }

  @AfterEach
  final void closeHarness() {
    harness.ifPresent(TransportHarness::close);
  }
}
