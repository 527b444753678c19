// A transform for sluice.Script: prices in whole euros; an order with a negative price is an error of its own.
export default (record) => {
  const { value } = record
  if (value === null) return record
  if (value.price < 0) throw new Error(`order ${value.id} has the price ${value.price}`)
  return { value: { ...value, price: Math.round(value.price) } }
}
