/** Who may visit, how much he may use, and what the operator should know of it (SPEC P8). */
@NullMarked
package io.cade.proxy.guard;

import org.jspecify.annotations.NullMarked;
