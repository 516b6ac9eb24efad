// SPDX-License-Identifier: Apache-2.0

package dev.redrive.store.sql;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLFeatureNotSupportedException;
import org.jspecify.annotations.Nullable;

/** A connection whose transaction somebody else ends. */
final class LentConnection implements InvocationHandler {
  private final Connection lender;

  private LentConnection(Connection lender) {
    this.lender = lender;
  }

  static Connection of(Connection lender) {
    return (Connection)
        Proxy.newProxyInstance(
            LentConnection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            new LentConnection(lender));
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    if (isEnd(method, arguments)) {
      throw new SQLFeatureNotSupportedException(
          method.getName() + ": the inbox ends this transaction, by what the handler returns");
    }
    if (method.getName().equals("close")) {
      return null;
    }
    if (method.getName().equals("equals") && arguments != null) {
      return proxy == arguments[0];
    }
    try {
      return method.invoke(lender, arguments);
    } catch (InvocationTargetException failed) {
      throw failed.getCause();
    }
  }

  private static boolean isEnd(Method method, Object @Nullable [] arguments) {
    return switch (method.getName()) {
      case "commit", "abort" -> true;
      // With an argument it is to a savepoint, and leaves the transaction.
      case "rollback" -> method.getParameterCount() == 0;
      case "setAutoCommit" -> arguments != null && Boolean.TRUE.equals(arguments[0]);
      default -> false;
    };
  }
}
