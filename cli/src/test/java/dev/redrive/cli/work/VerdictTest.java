// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.redrive.cli.work.Ending.How;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class VerdictTest {

  private static Verdict of(How how, int exitCode, boolean isStopping) {
    return Verdict.of(new Ending(how, exitCode, "", Duration.ZERO), isStopping);
  }

  @Test
  void the_exit_code_is_the_verdict() {
    assertThat(of(How.EXITED, 0, false)).isEqualTo(Verdict.ACK);
    assertThat(of(How.EXITED, 75, false)).isEqualTo(Verdict.RETRY);
    assertThat(of(How.EXITED, 1, false)).isEqualTo(Verdict.RETRY);
    assertThat(of(How.EXITED, 65, false)).isEqualTo(Verdict.DEAD);
    assertThat(of(How.EXITED, 100, false)).isEqualTo(Verdict.DEAD);
  }

  @Test
  void a_signal_counts_as_a_failure_unless_the_worker_stops() {
    assertThat(of(How.EXITED, 137, false)).isEqualTo(Verdict.RETRY);
    assertThat(of(How.EXITED, 130, true)).isEqualTo(Verdict.RELEASE);
    assertThat(of(How.EXITED, 143, true)).isEqualTo(Verdict.RELEASE);
  }

  @Test
  void a_command_that_ends_by_itself_while_the_worker_stops_keeps_its_verdict() {
    assertThat(of(How.EXITED, 0, true)).isEqualTo(Verdict.ACK);
    assertThat(of(How.EXITED, 1, true)).isEqualTo(Verdict.RETRY);
  }

  @Test
  void a_time_out_is_a_failure_and_a_lost_lease_is_nobodys() {
    assertThat(of(How.TIMED_OUT, 143, true)).isEqualTo(Verdict.RETRY);
    assertThat(of(How.LEASE_LOST, 143, false)).isEqualTo(Verdict.NONE);
    assertThat(of(How.STOPPED, 143, true)).isEqualTo(Verdict.RELEASE);
  }
}
