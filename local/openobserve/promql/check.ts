import { type Aggregation, type Binary, type Call, type Expr, type ValueType } from "./ast.js";
import { PromqlError, UnsupportedPromql } from "./error.js";
import { type Matcher, matcherFor } from "./matcher.js";
import { parameterTypes, signatures } from "./signatures.js";

const comparisons = new Set(["==", "!=", ">", "<", ">=", "<="]);
const setOperators = new Set(["and", "or", "unless"]);

const typeNames: Readonly<Record<ValueType, string>> = {
  scalar: "scalar",
  string: "string",
  vector: "instant vector",
  matrix: "range vector",
};

/**
 * The type of an expression.
 * @throws PromqlError where a part has not the type that its place wants
 */
export function check(expr: Expr): ValueType {
  switch (expr.kind) {
    case "number":
      return "scalar";
    case "string":
      return "string";
    case "selector":
      assertNotEmpty(expr.matchers);
      return "vector";
    case "range":
      check(expr.selector);
      return "matrix";
    case "subquery":
      expect(expr.expr, "vector", "in subquery");
      return "matrix";
    case "paren":
      return check(expr.expr);
    case "unary":
      return checkUnary(expr.expr);
    case "call":
      return checkCall(expr);
    case "aggregation":
      return checkAggregation(expr);
    case "binary":
      return checkBinary(expr);
  }
}

function expect(expr: Expr, wanted: ValueType, where: string): void {
  const found = check(expr);
  if (found !== wanted) {
    throw new PromqlError(`expected type ${typeNames[wanted]} ${where}, got ${typeNames[found]}`);
  }
}

/** A selector that even a series without labels would meet would select everything. */
function assertNotEmpty(matchers: readonly Matcher[]): void {
  if (matcherFor(matchers)({}))
    throw new PromqlError("vector selector must contain at least one non-empty matcher");
}

function checkUnary(operand: Expr): ValueType {
  const type = check(operand);
  if (type === "scalar" || type === "vector") return type;
  throw new PromqlError(
    `unary expression only allowed on expressions of type scalar or instant vector, got ${typeNames[type]}`,
  );
}

function checkCall({ name, args }: Call): ValueType {
  const signature = signatures.get(name);
  if (!signature) throw new UnsupportedPromql(`function ${name}`);
  const { args: types, optional = 0, variadic = false, result } = signature;
  const tooFew = args.length < types.length - optional;
  const tooMany = !variadic && args.length > types.length;
  if (tooFew || tooMany) {
    const wanted = tooFew && optional > 0 ? `at least ${types.length - optional}` : String(types.length);
    throw new PromqlError(`expected ${wanted} argument(s) in call to '${name}', got ${args.length}`);
  }
  args.forEach((arg, index) => {
    expect(arg, types[Math.min(index, types.length - 1)] ?? "vector", `in call to function '${name}'`);
  });
  return result;
}

const aggregations = new Set([
  ...["sum", "avg", "min", "max", "count", "group", "stddev", "stdvar"],
  ...["topk", "bottomk", "quantile", "count_values"],
]);

function checkAggregation({ operator, parameter, expr }: Aggregation): ValueType {
  if (!aggregations.has(operator)) throw new UnsupportedPromql(`aggregation ${operator}`);
  const wanted = parameterTypes[operator];
  if ((wanted === undefined) !== (parameter === undefined)) {
    const count = wanted === undefined ? 1 : 2;
    throw new PromqlError(`wrong number of arguments for aggregate expression provided, expected ${count}`);
  }
  if (parameter && wanted) expect(parameter, wanted, "in aggregation parameter");
  expect(expr, "vector", "in aggregation expression");
  return "vector";
}

function checkBinary({ operator, left, right, bool, matching }: Binary): ValueType {
  const [leftType, rightType] = [check(left), check(right)];
  for (const type of [leftType, rightType]) {
    if (type !== "scalar" && type !== "vector") {
      throw new PromqlError("binary expression must contain only scalar and instant vector types");
    }
  }
  const scalars = leftType === "scalar" && rightType === "scalar";
  if (comparisons.has(operator) && scalars && !bool)
    throw new PromqlError("comparisons between scalars must use BOOL modifier");
  if (bool && !comparisons.has(operator))
    throw new PromqlError("bool modifier can only be used on comparison operators");
  const vectors = leftType === "vector" && rightType === "vector";
  if (setOperators.has(operator) && !vectors) {
    throw new PromqlError(`set operator "${operator}" not allowed in binary scalar expression`);
  }
  if (matching && !vectors) throw new PromqlError("vector matching only allowed between instant vectors");
  return scalars ? "scalar" : "vector";
}
