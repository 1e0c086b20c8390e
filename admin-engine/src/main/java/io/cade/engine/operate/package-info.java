/**
 * What an operator can see and do, free of any transport: REST, console and shell are thin layers
 * over it (SPEC A2). Every management action is authorised here and put on record, whether it was
 * carried out or refused (SPEC A5).
 */
@NullMarked
package io.cade.engine.operate;

import org.jspecify.annotations.NullMarked;
