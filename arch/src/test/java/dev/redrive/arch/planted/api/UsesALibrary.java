// SPDX-License-Identifier: Apache-2.0

package dev.redrive.arch.planted.api;

import com.tngtech.archunit.core.domain.JavaClass;

record UsesALibrary(JavaClass type) {}
