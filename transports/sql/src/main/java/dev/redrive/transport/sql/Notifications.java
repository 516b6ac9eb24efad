// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What PostgreSQL's driver hears of NOTIFY. Its own methods for that are found by their names, so
 * that nobody needs this driver but those who use it.
 */
final class Notifications {
  private static final String DRIVER = "org.postgresql.PGConnection";

  /**
   * Waits for notifications.
   *
   * @param millis how long at most
   * @return what they say; empty if none came
   */
  List<String> await(Connection connection, int millis) throws SQLException {
    try {
      Class<?> driver = Class.forName(DRIVER, false, connection.getClass().getClassLoader());
      Method method = driver.getMethod("getNotifications", int.class);
      Object heard = method.invoke(connection.unwrap(driver), millis);
      return heard instanceof Object[] all ? texts(all) : List.of();
    } catch (InvocationTargetException failure) {
      throw failure.getCause() instanceof SQLException known
          ? known
          : new SQLException("the driver cannot listen", failure);
    } catch (ReflectiveOperationException unknown) {
      throw new SQLException("this driver of PostgreSQL is not known", unknown);
    }
  }

  private static List<String> texts(Object[] heard) throws ReflectiveOperationException {
    List<String> texts = new ArrayList<>();
    for (Object each : heard) {
      Class<?> type =
          Class.forName("org.postgresql.PGNotification", false, each.getClass().getClassLoader());
      texts.add(String.valueOf(type.getMethod("getParameter").invoke(each)));
    }
    return texts;
  }
}
