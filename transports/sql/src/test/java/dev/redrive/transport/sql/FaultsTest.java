// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What errors mean. */
class FaultsTest {

  @ParameterizedTest
  @CsvSource({
    "40001, 0, CONFLICT",
    "40P01, 0, CONFLICT",
    "40001, 1213, CONFLICT",
    "HY000, 1205, CONFLICT",
    "HY000, 1020, CONFLICT",
    "08006, 0, CONNECTION",
    "57P01, 0, CONNECTION",
    "57P03, 0, CONNECTION",
    "25006, 0, CONNECTION",
    "HY000, 1290, CONNECTION",
    "25006, 1792, CONNECTION",
    "90067, 90067, CONNECTION",
    "23505, 0, STATEMENT",
    "42P01, 0, STATEMENT",
    "22001, 1406, STATEMENT"
  })
  void codes_are_known(String state, int code, Faults expected) {
    assertThat(Faults.of(new SQLException("it failed", state, code))).isEqualTo(expected);
  }

  @Test
  void first_cause_that_says_something_decides() {
    SQLException cause = new SQLException("deadlock", "40P01");

    assertThat(Faults.of(new SQLException("the batch failed", "HY000", 1, cause)))
        .isEqualTo(Faults.CONFLICT);
  }

  @Test
  void pool_without_a_connection_is_a_lost_connection() {
    assertThat(Faults.of(new SQLTransientConnectionException("timed out")))
        .isEqualTo(Faults.CONNECTION);
  }
}
