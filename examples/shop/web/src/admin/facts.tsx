export type FactList = readonly (readonly [name: string, value?: string | false | null])[]

/** What is known, line by line, and nothing of what is not. */
export function Facts({ of: facts }: { of: FactList }) {
  return (
    <dl className="office-facts">
      {facts.map(
        ([name, value]) =>
          value && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  )
}
